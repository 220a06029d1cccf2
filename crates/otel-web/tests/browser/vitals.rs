//! Web vitals, interaction latencies and long animation frames.

use js_sys::{Function, JSON, Reflect};
use opentelemetry_proto::tonic::trace::v1::Span;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Event;

use crate::support;
use crate::support::{
    clickable, dispatch, install, named, next_long_frame, number, report_entries, return_to_page,
    text, trace_of, until,
};

#[wasm_bindgen_test]
async fn vitals_are_in_the_trace_of_the_page_load() {
    let load = first_paint().await;
    let hidden = Event::new("freeze").unwrap();
    web_sys::window().unwrap().dispatch_event(&hidden).unwrap();
    let has_vitals = |span: &Span| number(span, "browser.web_vital.fcp.value").is_some();
    let found = || support::spans().into_iter().find(has_vitals);
    until(|| found().is_some(), "a span with web vitals").await;
    let vitals = found().unwrap();
    assert_eq!(vitals.trace_id, load[0].trace_id);
    let value = |name: &str| number(&vitals, &["browser.web_vital.", name].concat()).unwrap();
    assert!(value("ttfb.value") > 0.0);
    assert!(value("fcp.value") >= value("ttfb.value"));
    assert!(value("lcp.value") >= value("fcp.value"));
    let parts = value("ttfb.value")
        + value("lcp.resource_load_delay")
        + value("lcp.resource_load_duration")
        + value("lcp.element_render_delay");
    assert!((parts - value("lcp.value")).abs() < 1.0, "{parts}");
    // The largest element of the load may be that of another test, which has removed it. Then it has no target.
    assert!(value("cls.value") >= 0.0);
}

#[wasm_bindgen_test]
async fn masked_targets_are_tag_names() {
    restore_page().await;
    let masked = clickable(
        "<div data-otel-mask><p></p><img id=secret class=secret></div>",
        |_| (),
    );
    let entries = "const root = masked.firstChild.attachShadow({ mode: 'open' });
        root.innerHTML = '<ul><li id=secret>secret';
        const [item, image] = [root.querySelector('li'), masked.lastChild];
        const at = performance.now();
        return [
            { entryType: 'largest-contentful-paint', startTime: at, element: image,
              url: 'https://a.example/secret.png' },
            { entryType: 'layout-shift', startTime: at, value: 0.9, sources: [{ node: item.firstChild }] },
            { entryType: 'event', name: 'click', interactionId: 9, startTime: at, duration: 9000,
              processingStart: at + 1, processingEnd: at + 2, target: item }]";
    let entries = Function::new_with_args("masked", entries);
    report_entries(&entries.call1(&JsValue::NULL, &masked).unwrap());
    dispatch("freeze");
    let is_expected = |span: &Span| number(span, "browser.web_vital.inp.value") == Some(9_000.0);
    let found = || support::spans().into_iter().find(is_expected);
    until(|| found().is_some(), "a span with web vitals").await;
    let vitals = found().unwrap();
    let target = |name: &str| text(&vitals, &["browser.web_vital.", name, ".target"].concat());
    assert_eq!(target("lcp").as_deref(), Some("img"));
    assert_eq!(target("cls").as_deref(), Some("li"));
    assert_eq!(target("inp").as_deref(), Some("li"));
    assert!(!format!("{vitals:?}").contains("secret"), "{vitals:?}");
}

/// Waits until the page has loaded and painted its first content.
async fn first_paint() -> Vec<Span> {
    install();
    clickable("<p>Content to paint</p>", |_| ());
    let performance = web_sys::window().unwrap().performance().unwrap();
    let paints = || {
        performance
            .get_entries_by_name("first-contentful-paint")
            .length()
    };
    until(|| paints() > 0, "the first paint").await;
    trace_of("documentLoad").await
}

/// Leaves the page after its first paint, which another test expects, and restores it.
async fn restore_page() {
    first_paint().await;
    dispatch("pagehide");
    return_to_page();
}

/// Returns the span with the vitals of a restored page to which these entries were reported.
async fn vitals_with(score: f64, entries: &str) -> Span {
    restore_page().await;
    let entries = Function::new_with_args("score", entries);
    report_entries(&entries.call1(&JsValue::NULL, &score.into()).unwrap());
    dispatch("freeze");
    let is_expected = |span: &Span| number(span, "browser.web_vital.cls.value") == Some(score);
    let found = || support::spans().into_iter().find(is_expected);
    until(|| found().is_some(), "a span with web vitals").await;
    found().unwrap()
}

#[wasm_bindgen_test]
async fn paints_after_the_page_was_hidden_do_not_count() {
    let vitals = vitals_with(
        0.11,
        "const at = performance.now();
        return [
            { entryType: 'layout-shift', startTime: at, value: score, sources: [] },
            { entryType: 'largest-contentful-paint', startTime: at + 10, url: 'https://a.example/early' },
            { entryType: 'visibility-state', name: 'hidden', startTime: at + 20 },
            { entryType: 'visibility-state', name: 'visible', startTime: at + 60000 },
            { entryType: 'largest-contentful-paint', startTime: at + 60100, url: 'https://a.example/late' },
            { entryType: 'paint', name: 'first-contentful-paint', startTime: at + 60100 }]",
    )
    .await;
    let value = |name: &str| number(&vitals, &["browser.web_vital.", name, ".value"].concat());
    assert!(value("lcp").unwrap() < 1_000.0, "{:?}", value("lcp"));
    assert!(
        value("fcp").is_none_or(|fcp| fcp < 1_000.0),
        "{:?}",
        value("fcp")
    );
    let url = text(&vitals, "browser.web_vital.lcp.url");
    assert_eq!(url.as_deref(), Some("https://a.example/early"));
}

#[wasm_bindgen_test]
async fn restored_page_has_vitals_of_its_own() {
    restore_page().await;
    support::nothing_in_progress().await;
    let shift = "return [{ entryType: 'layout-shift', startTime: performance.now(), value: 0.12, sources: [] }]";
    report_entries(&Function::new_no_args(shift).call0(&JsValue::NULL).unwrap());
    dispatch("freeze");
    let is_expected = |span: &Span| number(span, "browser.web_vital.cls.value") == Some(0.12);
    let found = || support::spans().into_iter().find(is_expected);
    until(|| found().is_some(), "a span with web vitals").await;
    let vitals = found().unwrap();
    let value = |name: &str| number(&vitals, &["browser.web_vital.", name, ".value"].concat());
    assert_eq!(value("ttfb"), Some(0.0));
    assert!(
        value("fcp").is_some_and(|fcp| fcp < 1_000.0),
        "{:?}",
        value("fcp")
    );
    // The browser may report a paint of its own.
    assert!(
        value("lcp").is_some_and(|lcp| lcp < 1_000.0),
        "{:?}",
        value("lcp")
    );
}

#[wasm_bindgen_test]
async fn interaction_latency_is_recorded_on_its_action() {
    install();
    let button = clickable("<button>Waited for</button>", |event| {
        let latency = "return [
            { entryType: 'event', name: 'pointerdown', interactionId: 7, startTime: at - 90,
              duration: 40, processingStart: at - 88, processingEnd: at - 80 },
            { entryType: 'event', name: 'click', interactionId: 7, startTime: at,
              duration: 72, processingStart: at + 8, processingEnd: at + 40 }]";
        let entries = Function::new_with_args("at", latency);
        let at = JsValue::from_f64(event.time_stamp());
        report_entries(&entries.call1(&JsValue::NULL, &at).unwrap());
    });
    button.click();
    let trace = trace_of("click Waited for").await;
    let root = named(&trace, "click Waited for");
    let value = |name: &str| number(root, &["browser.interaction.", name].concat());
    assert_eq!(value("latency"), Some(72.0));
    assert_eq!(value("input_delay"), Some(8.0));
    assert_eq!(value("processing_duration"), Some(32.0));
    assert_eq!(value("presentation_delay"), Some(32.0));
}

#[wasm_bindgen_test]
async fn long_frame_is_recorded_on_the_action_it_delayed() {
    install();
    let button = clickable("<button>Stuck</button>", |_| {
        let now = web_sys::window().unwrap().performance().unwrap().now();
        let frame = format!(
            r#"[{{"entryType": "long-animation-frame", "startTime": {now}, "duration": 9130,
            "blockingDuration": 80, "scripts": [{{"duration": 9}}, {{"duration": 120,
            "sourceURL": "https://a.example/app.js?token=x", "sourceFunctionName": "sort",
            "invokerType": "event-listener"}}]}}]"#
        );
        let frame = JSON::parse(&frame).unwrap();
        report_entries(&frame);
        report_entries(&frame);
    });
    button.click();
    let trace = trace_of("click Stuck").await;
    let root = named(&trace, "click Stuck");
    let frame = |name: &str| ["browser.long_animation_frame.", name].concat();
    // The browser may have measured another long frame.
    assert!(number(root, &frame("count")).unwrap() >= 2.0);
    assert!(number(root, &frame("blocking_duration")).unwrap() >= 160.0);
    assert_eq!(number(root, &frame("duration")), Some(9_130.0));
    // The frame of the entry begins in the action's handler.
    let offset = number(root, &frame("start_offset")).unwrap();
    assert!((0.0..9_130.0).contains(&offset), "{offset}");
    let script = |name: &str| text(root, &frame(&["script.", name].concat()));
    assert_eq!(script("function").as_deref(), Some("sort"));
    let url = script("url").unwrap();
    assert_eq!(url, "https://a.example/app.js?token=REDACTED");
}

#[wasm_bindgen_test]
async fn real_long_frame_is_recorded() {
    install();
    const DURATION_MS: f64 = 120.0;
    let button = clickable("<button>Busy</button>", |_| {
        let performance = web_sys::window().unwrap().performance().unwrap();
        let until_ms = performance.now() + DURATION_MS;
        while performance.now() < until_ms {}
        // A busy browser may report the frame long after it was painted, when the action would have left.
        let reported = JsFuture::from(next_long_frame(DURATION_MS));
        otel_web::spawn(async { drop(reported.await) });
    });
    button.click();
    let trace = trace_of("click Busy").await;
    let root = named(&trace, "click Busy");
    let duration = number(root, "browser.long_animation_frame.duration");
    // Not every browser supports the entry type.
    assert_eq!(
        duration.is_some_and(|ms| ms >= DURATION_MS),
        supports_long_frames()
    );
    // The click was handled in the frame.
    let offset = number(root, "browser.long_animation_frame.start_offset");
    assert!(offset.is_none_or(|ms| (-DURATION_MS..DURATION_MS).contains(&ms)));
}

fn supports_long_frames() -> bool {
    let observer = Reflect::get(&js_sys::global(), &"PerformanceObserver".into()).unwrap();
    let types = Reflect::get(&observer, &"supportedEntryTypes".into()).unwrap();
    js_sys::Array::from(&types).includes(&"long-animation-frame".into(), 0)
}
