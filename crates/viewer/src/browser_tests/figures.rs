//! Statistics and flame graph.

use trace_model::{Span, SpanStatus};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Mounted, address, document, press, span};

const SIZE: (u32, u32) = (1_000, 700);

/// A feed with a statement for each of three activities, one of which fails.
fn feed() -> Vec<Span> {
    let statement = |number: usize| {
        let start = 10 + number as u64 * 20;
        span(
            (10 + number, Some(2)),
            "api",
            "SELECT likes",
            start..start + 10,
        )
    };
    let mut spans = vec![
        span((1, None), "page", "feed.open", 0..100),
        span((2, Some(1)), "api", "GET /feed", 5..95),
    ];
    spans.extend((0..3).map(statement));
    spans[3].status = SpanStatus::Error("locked".to_owned());
    spans
}

async fn open(view: &str) -> Mounted {
    let page = Mounted::trace(feed(), SIZE).await;
    page.link(view).click();
    page
}

#[wasm_bindgen_test]
async fn statistics_have_a_row_for_each_name_and_sums() {
    let page = open("Statistics").await;
    page.find(".statistics tbody tr").await;
    assert_eq!(address(), "/traces?view=statistics");
    let rows = page.texts(".statistics tr");
    assert_eq!(
        rows,
        [
            "SpanServiceSpansErrorsTotalSelfCritical pathp50p95Max",
            "GET /feedapi1090 ms60 ms60 ms90 ms90 ms90 ms",
            "SELECT likesapi3130 ms30 ms30 ms10 ms10 ms10 ms",
            "feed.openpage10100 ms10 ms10 ms100 ms100 ms100 ms",
            "Sum51220 ms100 ms100 ms",
        ]
    );
    assert_eq!(page.count(".statistics .warn"), 1);
}

#[wasm_bindgen_test]
async fn statistics_are_sorted_by_any_column() {
    let page = open("Statistics").await;
    let names = ".statistics tbody th";
    page.until_texts(names, &["GET /feed", "SELECT likes", "feed.open"])
        .await;
    page.button("Spans").click();
    page.until_texts(names, &["SELECT likes", "feed.open", "GET /feed"])
        .await;
    let sorted = page.texts(".statistics [aria-sort=descending]");
    assert_eq!(sorted, ["Spans"]);
    page.button("SELECT likes").click();
    page.until_texts(".details h2", &["SELECT likes"]).await;
}

#[wasm_bindgen_test]
async fn frames_are_as_wide_as_their_time() {
    let page = open("Flame graph").await;
    page.until_texts(".frame", &["feed.open", "GET /feed", "SELECT likes"])
        .await;
    let width = |index: usize| page.all(".frame")[index].get_bounding_client_rect().width();
    assert!((width(1) / width(0) - 0.9).abs() < 0.01);
    assert!((width(2) / width(0) - 0.3).abs() < 0.01);
    let label = page.all(".frame")[2].get_attribute("aria-label").unwrap();
    assert_eq!(
        label,
        "\u{2068}SELECT likes\u{2069} ×3 · \u{2068}api\u{2069} · 30 ms, 30 %, self 30 ms"
    );
}

#[wasm_bindgen_test]
async fn arrow_keys_move_between_frames_and_enter_zooms() {
    let page = open("Flame graph").await;
    page.find(".frame").await;
    let focused = || document().active_element().unwrap().text_content();
    for (key, expected) in [
        ("ArrowDown", "GET /feed"),
        ("ArrowDown", "SELECT likes"),
        ("ArrowUp", "GET /feed"),
    ] {
        let target = page.find(".frame[tabindex=\"0\"]").await;
        press(key, &target);
        page.until(expected, || focused().as_deref() == Some(expected))
            .await;
    }
    page.find(".frame[tabindex=\"0\"]").await.click();
    page.until("a zoomed frame", || {
        let frames = page.all(".frame");
        let width = |index: usize| frames[index].get_bounding_client_rect().width();
        (width(0) - width(1)).abs() < 1.0
    })
    .await;
    page.until_texts(".details h2", &["GET /feed"]).await;
    page.button("Whole trace").click();
    page.until("the whole graph", || {
        let frames = page.all(".frame");
        let width = |index: usize| frames[index].get_bounding_client_rect().width();
        width(1) < width(0) - 1.0
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_flame_graph_has_a_table_with_the_same_frames() {
    let page = open("Flame graph").await;
    page.find(".flame-table summary").await.click();
    assert_eq!(
        page.texts(".flame-table tbody tr"),
        [
            "feed.open1page1100 ms100 %10 ms",
            "GET /feed2api190 ms90 %60 ms",
            "SELECT likes3api330 ms30 %30 ms",
        ]
    );
}
