//! A trace of fifty thousand spans.

use trace_model::{Comparison, FlameGraph, Trace, otlp_json};
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

use super::support::{MS, Mounted, START, document, press, trace_id};

const SPANS: usize = 50_000;

/// The gateway's response for such a trace. The parent of each span has its number without the last
/// digit.
fn document_of(count: usize) -> String {
    let attribute = |key: usize| {
        format!(
            r#"{{"key":"attribute.number.{key}","value":{{"stringValue":"a value of the usual length"}}}}"#
        )
    };
    let attributes = (0..10).map(attribute).collect::<Vec<_>>().join(",");
    let id = trace_id();
    let span = |number: usize| {
        let parent = if number < 10 {
            usize::from(number > 1)
        } else {
            number / 10
        };
        let end = START + number as u64 * MS;
        format!(
            r#"{{"traceId":"{id}","spanId":"{number:016x}","parentSpanId":"{parent:016x}","name":"SELECT activities","kind":1,"startTimeUnixNano":"{START}","endTimeUnixNano":"{end}","attributes":[{attributes}],"status":{{}}}}"#
        )
    };
    let spans: Vec<String> = (1..=count).map(span).collect();
    format!(
        r#"{{"resourceSpans":[{{"resource":{{"attributes":[]}},"scopeSpans":[{{"scope":{{}},"spans":[{}]}}]}}]}}"#,
        spans.join(",")
    )
}

/// Logs how long the computations of the views take. The first row waits for the path and the
/// groups.
fn log_computations(trace: &Trace) {
    let started = js_sys::Date::now();
    let path = trace.critical_path(0).spans().len();
    let found = js_sys::Date::now();
    let groups = trace.sibling_groups(10).len();
    let grouped = js_sys::Date::now();
    let names = trace.statistics(None).len();
    let added = js_sys::Date::now();
    let frames = FlameGraph::of(trace, None).frames.len();
    let drawn = js_sys::Date::now();
    let compared = Comparison::of(trace, trace).paths.len();
    console_log!(
        "critical path of {path} spans: {:.0} ms, {groups} groups: {:.0} ms, {names} names: {:.0} ms, \
         {frames} frames: {:.0} ms, {compared} compared paths: {:.0} ms",
        found - started,
        grouped - found,
        added - grouped,
        drawn - added,
        js_sys::Date::now() - drawn
    );
}

#[wasm_bindgen_test]
async fn only_visible_rows_are_in_the_document() {
    let text = document_of(SPANS);
    let now = js_sys::Date::now;
    let started = now();
    let decoded = otlp_json::decode(&text);
    assert_eq!((decoded.spans.len(), decoded.skipped.len()), (SPANS, 0));
    let read = now();
    let trace = Trace::from_spans(trace_id(), decoded.spans);
    let built = now();
    log_computations(&trace);
    let mounted = now();
    let page = Mounted::built_trace(trace, (1_000, 600));
    page.find(".span-row").await;
    console_log!(
        "{:.0} MB of JSON: read in {:.0} ms, built in {:.0} ms, first row in {:.0} ms",
        text.len() as f64 / 1e6,
        read - started,
        built - read,
        now() - mounted
    );
    page.until("measured rows", || page.count(".span-row") > 8)
        .await;
    assert!(page.count(".span-row") < 60, "{}", page.count(".span-row"));
    assert!(page.html_length() < 200_000, "{}", page.html_length());
    let pressed = now();
    let selected = || {
        page.all(".span-row.selected")
            .first()
            .and_then(|row| row.get_attribute("data-span-id"))
    };
    let before = selected();
    press("ArrowDown", &document().body().unwrap());
    page.until("the next span", || selected() != before).await;
    console_log!("a key press took {:.0} ms", now() - pressed);
}
