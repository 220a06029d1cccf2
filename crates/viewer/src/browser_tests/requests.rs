//! Hatches and figures of requests: network time and page time.

use trace_model::{Attribute, Span, SpanKind, Value};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Mounted, span};

/// A click whose page is busy for half a second after the response.
fn busy_page(timings: &[(&str, f64)]) -> Vec<Span> {
    let click = span((1, None), "page", "crud.like", 0..535);
    let mut request = span((2, Some(1)), "page", "PUT", 2..507);
    request.kind = SpanKind::Client;
    let timings = timings.iter().map(|(key, ms)| Attribute {
        key: format!("browser.resource_timing.{key}"),
        value: Value::Double(*ms),
    });
    request.attributes = timings.collect();
    let mut server = span((3, Some(2)), "api", "PUT /like", 10..18);
    server.kind = SpanKind::Server;
    vec![click, request, server]
}

const TIMINGS: &[(&str, f64)] = &[
    ("fetch_start_offset", 0.0),
    ("response_end_offset", 22.0),
    ("waiting_duration", 21.0),
];

#[wasm_bindgen_test]
async fn time_after_the_response_has_the_main_thread_hatch() {
    let page = Mounted::trace(busy_page(TIMINGS), (1_000, 600)).await;
    let bar = page.row("PUT").query_selector(".bar").unwrap().unwrap();
    let width = bar.get_bounding_client_rect().width();
    let hatch = |class: &str| {
        let found = bar.query_selector_all(class).unwrap();
        let widths = (0..found.length()).map(|index| {
            let part: web_sys::Element =
                wasm_bindgen::JsCast::unchecked_into(found.get(index).unwrap());
            part.get_bounding_client_rect().width() / width
        });
        widths.sum::<f64>()
    };
    assert!((hatch(".hatch-main-thread") - 483.0 / 505.0).abs() < 0.01);
    assert!((hatch(".hatch-network") - 14.0 / 505.0).abs() < 0.01);
    assert_eq!(
        page.texts(".legend li"),
        ["Network", "Main thread", "Critical path"]
    );
    assert_eq!(page.texts(".breakdown-figures dt")[1], "Network");
    assert_eq!(
        page.texts(".breakdown-figures b"),
        ["513 ms", "14 ms", "8 ms", "0 ms"]
    );
}

#[wasm_bindgen_test]
async fn a_request_without_timings_is_network_and_waiting() {
    let page = Mounted::trace(busy_page(&[]), (1_000, 600)).await;
    assert_eq!(page.count(".hatch-main-thread"), 0);
    assert_eq!(
        page.texts(".legend li"),
        ["Network and waiting", "Critical path"]
    );
    assert_eq!(
        page.texts(".breakdown-figures dt")[1],
        "Network and waiting"
    );
}

#[wasm_bindgen_test]
async fn the_legend_has_only_what_the_bars_have() {
    let page = Mounted::trace(vec![span((1, None), "api", "job", 0..5)], (1_000, 600)).await;
    assert_eq!(page.texts(".legend li"), ["Critical path"]);
    drop(page);
    let page = Mounted::trace(vec![span((1, None), "api", "job", 5..5)], (1_000, 600)).await;
    assert_eq!(page.count(".legend"), 0);
}
