//! The header of a trace: duration, date and time zone.

use trace_model::SpanKind;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Mounted, span};

#[wasm_bindgen_test]
async fn the_duration_includes_spans_after_the_root() {
    let click = span((1, None), "page", "order.place", 0..50);
    let mut consumer = span((2, Some(1)), "queue", "consume", 40..180_040);
    consumer.kind = SpanKind::Consumer;
    let page = Mounted::trace(vec![click, consumer], (1_000, 600)).await;
    assert_eq!(page.texts(".trace-total"), ["3 min"]);
    assert_eq!(page.texts(".root-duration"), ["root span 50 ms"]);
    assert_eq!(page.texts(".bar-label"), ["50 ms", "3 min"]);
}

#[wasm_bindgen_test]
async fn the_start_has_a_date_and_a_time_zone() {
    let page = Mounted::trace(vec![span((1, None), "api", "job", 0..50)], (1_000, 600)).await;
    let time = page.find(".trace-meta time").await;
    assert_eq!(
        time.get_attribute("datetime").as_deref(),
        Some("2026-11-27T11:46:40.000Z")
    );
    let shown = time.text_content().unwrap();
    assert!(
        shown.starts_with("2026-11-2") && shown.contains("UTC"),
        "{shown}"
    );
}

#[wasm_bindgen_test]
async fn a_trace_from_the_future_has_a_warning_about_its_clock() {
    let mut far = span((1, None), "phone", "2262", 0..50);
    far.start_unix_nano = 9_223_372_036_854_773_808;
    far.end_unix_nano = far.start_unix_nano + 1_000;
    let page = Mounted::trace(vec![far], (1_000, 600)).await;
    assert_eq!(page.texts(".misdated"), ["wrong clock at the sender"]);
    drop(page);
    let page = Mounted::trace(vec![span((1, None), "api", "job", 0..50)], (1_000, 600)).await;
    assert_eq!(page.texts(".misdated"), Vec::<String>::new());
}
