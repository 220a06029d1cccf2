//! The waterfall: rows, bars, selection, collapsing and zoom.

use trace_model::{Span, SpanKind};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Mounted, address, document, press, span};

const SIZE: (u32, u32) = (1_000, 600);

/// A click whose request runs a statement in the back end.
fn click() -> Vec<Span> {
    let mut request = span((2, Some(1)), "page", "PUT", 20..80);
    request.kind = SpanKind::Client;
    let mut server = span((3, Some(2)), "api", "PUT /like", 40..60);
    server.kind = SpanKind::Server;
    vec![
        span((1, None), "page", "crud.like", 0..100),
        request,
        server,
        span((4, Some(3)), "api", "INSERT likes", 45..55),
        span((5, Some(1)), "page", "render", 80..100),
    ]
}

/// The client's and the server's span of a call, which share an id, each with a child.
fn call_with_shared_id() -> Vec<Span> {
    let mut client = span((1, None), "shop", "call", 0..50);
    client.kind = SpanKind::Client;
    let mut server = span((1, None), "stock", "answer", 10..40);
    server.kind = SpanKind::Server;
    vec![
        client,
        server,
        span((2, Some(1)), "shop", "retry", 45..50),
        span((3, Some(1)), "stock", "SELECT", 15..20),
    ]
}

const NAMES: &str = ".span-row .name";

async fn shared_id_page() -> Mounted {
    let page = Mounted::trace(call_with_shared_id(), SIZE).await;
    page.until_texts(NAMES, &["call", "answer", "SELECT", "retry"])
        .await;
    page
}

fn toggle_button(page: &Mounted, name: &str) -> web_sys::HtmlElement {
    let button = page.row(name).query_selector(".toggle").unwrap().unwrap();
    wasm_bindgen::JsCast::unchecked_into(button)
}

#[wasm_bindgen_test]
async fn rows_are_grouped_by_lane_with_levels_and_durations() {
    let page = Mounted::trace(click(), SIZE).await;
    page.until_texts(
        NAMES,
        &["crud.like", "PUT", "render", "PUT /like", "INSERT likes"],
    )
    .await;
    assert_eq!(
        page.texts(".lane-heading > span:first-child"),
        ["Browser", "Back end"]
    );
    let levels: Vec<_> = page
        .all(".span-row")
        .iter()
        .filter_map(|row| row.get_attribute("aria-level"))
        .collect();
    assert_eq!(levels, ["1", "2", "2", "3", "4"]);
    assert_eq!(
        page.texts(".bar-label"),
        ["100 ms", "60 ms", "20 ms", "20 ms", "10 ms"]
    );
}

#[wasm_bindgen_test]
async fn bars_have_their_position_on_the_axis() {
    let page = Mounted::trace(click(), SIZE).await;
    let row = page.row("PUT /like");
    let rect = |selector: &str| {
        let element = row.query_selector(selector).unwrap().unwrap();
        element.get_bounding_client_rect()
    };
    let (axis, bar) = (rect(".span-axis"), rect(".bar"));
    let fraction = |x: f64| (x - axis.left()) / axis.width();
    assert!((fraction(bar.left()) - 0.4).abs() < 0.005);
    assert!((fraction(bar.right()) - 0.6).abs() < 0.005);
}

#[wasm_bindgen_test]
async fn a_collapsed_span_hides_its_descendants() {
    let page = Mounted::trace(click(), SIZE).await;
    let button = toggle_button(&page, "PUT");
    assert_eq!(button.title(), "Collapse 2 spans");
    button.click();
    page.until_texts(NAMES, &["crud.like", "PUT", "render"])
        .await;
    let row = page.row("PUT");
    assert_eq!(row.get_attribute("aria-expanded").as_deref(), Some("false"));
    assert_eq!(toggle_button(&page, "PUT").title(), "Expand 2 spans");
    assert_eq!(address(), "/traces?collapsed=0000000000000002");
    toggle_button(&page, "PUT").click();
    page.until("all rows", || page.count(".span-row") == 5)
        .await;
}

#[wasm_bindgen_test]
async fn spans_with_one_id_are_collapsed_separately() {
    let page = shared_id_page().await;
    toggle_button(&page, "answer").click();
    page.until_texts(NAMES, &["call", "answer", "retry"]).await;
    let expanded = |name: &str| page.row(name).get_attribute("aria-expanded");
    assert_eq!(expanded("call").as_deref(), Some("true"));
    assert_eq!(expanded("answer").as_deref(), Some("false"));
    toggle_button(&page, "answer").click();
    page.until_texts(NAMES, &["call", "answer", "SELECT", "retry"])
        .await;
    toggle_button(&page, "call").click();
    page.until_texts(NAMES, &["call"]).await;
}

#[wasm_bindgen_test]
async fn spans_with_one_id_are_selected_separately() {
    let page = shared_id_page().await;
    for (name, query) in [
        ("answer", "/traces?span=0000000000000001.1"),
        ("call", "/traces?span=0000000000000001"),
    ] {
        page.row(name).click();
        page.until_texts(".details h2", &[name]).await;
        assert_eq!(address(), query);
        let selected = ".span-row.selected .name";
        assert_eq!(page.texts(selected), [name]);
    }
}

#[wasm_bindgen_test]
async fn arrow_keys_move_the_selection_and_collapse() {
    let page = Mounted::trace(click(), SIZE).await;
    let body = document().body().unwrap();
    let selected = ".span-row.selected .name";
    page.until_texts(selected, &["crud.like"]).await;
    for (key, expected) in [
        ("ArrowDown", "PUT"),
        ("ArrowDown", "render"),
        ("ArrowUp", "PUT"),
    ] {
        press(key, &body);
        page.until_texts(selected, &[expected]).await;
    }
    press("ArrowLeft", &body);
    page.until_texts(NAMES, &["crud.like", "PUT", "render"])
        .await;
    press("ArrowLeft", &body);
    page.until_texts(selected, &["crud.like"]).await;
}

#[wasm_bindgen_test]
async fn an_orphan_is_marked_as_one() {
    let orphan = span((7, Some(99)), "api", "lost", 30..40);
    let root = span((1, None), "page", "crud.like", 0..100);
    let page = Mounted::trace(vec![root, orphan], SIZE).await;
    assert_eq!(
        page.texts(".lane-heading > span:first-child"),
        ["Browser", "Parent missing"]
    );
    let badge = page.row("lost").query_selector(".badge").unwrap().unwrap();
    assert_eq!(badge.text_content().as_deref(), Some("orphan"));
}
