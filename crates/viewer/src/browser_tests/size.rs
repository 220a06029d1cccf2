//! A trace of fifty thousand spans.

use trace_model::{Attribute, Span, Trace, otlp_json};
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

use super::support::{Page, document, press, span, trace_id};

const SPANS: usize = 50_000;

/// What the gateway answers for such a trace.
fn document_of(spans: &[Span]) -> String {
    let one = |span: &Span| {
        let text = otlp_json::encode(span);
        let start = text.find("\"spans\":[").unwrap() + "\"spans\":[".len();
        let end = text.rfind("]}").unwrap();
        // Up to the end of the list of spans, whatever order the keys have.
        let mut depth = 0;
        let end = text[start..end]
            .bytes()
            .position(|byte| {
                depth += i32::from(byte == b'{') - i32::from(byte == b'}');
                depth == 0
            })
            .map_or(end, |position| start + position + 1);
        text[start..end].to_owned()
    };
    let spans: Vec<String> = spans.iter().map(one).collect();
    format!(
        r#"{{"resourceSpans":[{{"resource":{{"attributes":[]}},"scopeSpans":[{{"scope":{{}},"spans":[{}]}}]}}]}}"#,
        spans.join(",")
    )
}

#[wasm_bindgen_test]
async fn only_rows_on_the_screen_are_in_the_document() {
    let spans: Vec<Span> = (1..=SPANS)
        .map(|number| {
            let parent = (number > 1).then(|| number / 10 + usize::from(number < 10));
            let mut span = span(
                (number, parent),
                "api",
                "SELECT activities",
                0..number as u64,
            );
            span.attributes = (0..10)
                .map(|key| {
                    Attribute::new(
                        format!("attribute.number.{key}"),
                        "a value of the usual length",
                    )
                })
                .collect();
            span
        })
        .collect();
    let text = document_of(&spans);
    drop(spans);
    let now = js_sys::Date::now;
    let begun = now();
    let decoded = otlp_json::decode(&text);
    assert_eq!((decoded.spans.len(), decoded.skipped.len()), (SPANS, 0));
    let read = now();
    let trace = Trace::from_spans(trace_id(), decoded.spans);
    let built = now();
    let page = Page::mount(trace, (1_000, 600));
    page.find(".span-row").await;
    console_log!(
        "{:.0} MB of JSON: read in {:.0} ms, built in {:.0} ms, first row in {:.0} ms",
        text.len() as f64 / 1e6,
        read - begun,
        built - read,
        now() - built
    );
    page.until("measured rows", || page.count(".span-row") > 8)
        .await;
    assert!(page.count(".span-row") < 60, "{}", page.count(".span-row"));
    assert!(
        page.place_text_length() < 200_000,
        "{}",
        page.place_text_length()
    );
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
