//! The critical path: the sentence, its table, the lines below the bars, and hiding other spans.

use trace_model::{Span, SpanKind};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Mounted, address, span};

const SIZE: (u32, u32) = (1_000, 700);
const NAMES: &str = ".span-row .name";

/// A click whose request waits for a statement, while another one runs beside it.
fn click() -> Vec<Span> {
    let mut request = span((2, Some(1)), "page", "PUT", 20..90);
    request.kind = SpanKind::Client;
    let mut server = span((3, Some(2)), "api", "PUT /like", 25..85);
    server.kind = SpanKind::Server;
    vec![
        span((1, None), "page", "crud.like", 0..100),
        request,
        server,
        span((4, Some(3)), "api", "SELECT activities", 30..80),
        span((5, Some(3)), "api", "SELECT users", 30..70),
    ]
}

#[wasm_bindgen_test]
async fn the_first_sentence_says_where_the_time_went() {
    let page = Mounted::trace(click(), SIZE).await;
    let expected = "50 % of crud.like was SELECT activities: 50 ms in 1 span.";
    assert_eq!(page.texts(".verdict summary"), [expected]);
}

#[wasm_bindgen_test]
async fn a_request_is_waited_in_and_a_root_works() {
    let request = {
        let mut request = span((2, Some(1)), "page", "PUT", 10..90);
        request.kind = SpanKind::Client;
        request
    };
    let root = span((1, None), "page", "crud.like", 0..100);
    let page = Mounted::trace(vec![root.clone(), request], SIZE).await;
    let expected = "80 % of crud.like was waiting in PUT, outside of other spans: 80 ms in 1 span.";
    assert_eq!(page.texts(".verdict summary"), [expected]);
    drop(page);
    let page = Mounted::trace(vec![root], SIZE).await;
    let expected = "100 % of crud.like was its own work, in no other span: 100 ms.";
    assert_eq!(page.texts(".verdict summary"), [expected]);
}

#[wasm_bindgen_test]
async fn the_table_has_a_row_for_each_name() {
    let page = Mounted::trace(click(), SIZE).await;
    page.find(".verdict summary").await.click();
    let rows = page.texts(".verdict tbody tr");
    assert_eq!(
        rows,
        [
            "SELECT activitiesapi150 ms50 %",
            "crud.likepage130 ms30 %",
            "PUTpage110 ms10 %",
            "PUT /likeapi110 ms10 %",
        ]
    );
    page.button("PUT /like").click();
    page.until_texts(".details h2", &["PUT /like"]).await;
}

#[wasm_bindgen_test]
async fn spans_that_are_not_on_the_path_can_be_hidden() {
    let page = Mounted::trace(click(), SIZE).await;
    let all = [
        "crud.like",
        "PUT",
        "PUT /like",
        "SELECT activities",
        "SELECT users",
    ];
    page.until_texts(NAMES, &all).await;
    page.button("Only the path").click();
    page.until_texts(NAMES, &all[..4]).await;
    assert_eq!(address(), "/traces?path=only");
    page.button("Only the path").click();
    page.until_texts(NAMES, &all).await;
}

#[wasm_bindgen_test]
async fn the_path_is_a_line_below_the_bars() {
    let page = Mounted::trace(click(), SIZE).await;
    let line = |name: &str| {
        let path = page.row(name).query_selector(".path-line path").unwrap();
        path.map(|path| path.get_attribute("d").unwrap())
    };
    assert_eq!(
        line("crud.like").as_deref(),
        Some("M0.0 .5H200.0M900.0 .5H1000.0")
    );
    assert_eq!(
        line("SELECT activities").as_deref(),
        Some("M300.0 .5H800.0")
    );
    assert_eq!(line("SELECT users"), None);
}
