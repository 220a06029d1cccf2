//! Accessibility: the tree grid, shortcuts that can be switched off, small screens, paper, titles.

use trace_model::{Span, SpanKind};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Mounted, document, press, span};
use crate::hooks::{are_letters_keys, set_letters_as_keys};

const SIZE: (u32, u32) = (1_000, 700);

fn click() -> Vec<Span> {
    let mut request = span((2, Some(1)), "page", "PUT", 20..90);
    request.kind = SpanKind::Client;
    let mut server = span((3, Some(2)), "api", "PUT /like", 25..85);
    server.kind = SpanKind::Server;
    vec![
        span((1, None), "page", "crud.like", 0..100),
        request,
        server,
    ]
}

#[wasm_bindgen_test]
async fn the_waterfall_is_a_tree_grid_with_positions_and_values() {
    let page = Mounted::trace(click(), SIZE).await;
    let grid = page.find("[role=treegrid]").await;
    assert_eq!(grid.get_attribute("aria-rowcount").as_deref(), Some("6"));
    let attribute = |name: &str| {
        let rows = page.all(".span-row").into_iter();
        rows.map(|row| row.get_attribute(name).unwrap_or_default())
            .collect::<Vec<_>>()
    };
    assert_eq!(attribute("role"), ["row", "row", "row"]);
    assert_eq!(attribute("aria-rowindex"), ["3", "4", "6"]);
    assert_eq!(attribute("aria-level"), ["1", "2", "3"]);
    let values: Vec<_> = page
        .all(".span-axis")
        .iter()
        .map(|cell| cell.get_attribute("aria-label").unwrap())
        .collect();
    assert_eq!(
        values,
        [
            "starts after 0 ms, takes 100 ms, 30 ms on the critical path",
            "starts after 20 ms, takes 70 ms, 10 ms on the critical path",
            "starts after 25 ms, takes 60 ms, 60 ms on the critical path",
        ]
    );
}

#[wasm_bindgen_test]
async fn the_focused_grid_follows_the_selection() {
    let page = Mounted::trace(click(), SIZE).await;
    let grid = page.find("[role=treegrid]").await;
    grid.focus().unwrap();
    for expected in ["PUT", "PUT /like"] {
        press("ArrowDown", &grid);
        page.until_texts(".span-row.selected .name", &[expected])
            .await;
        let id = grid.get_attribute("aria-activedescendant").unwrap();
        assert_eq!(page.row(expected).id(), id);
        assert!(document().active_element() == Some(grid.clone().unchecked_into()));
    }
}

#[wasm_bindgen_test]
async fn single_characters_can_be_switched_off_as_shortcuts() {
    let page = Mounted::trace(click(), SIZE).await;
    let body = document().body().unwrap();
    set_letters_as_keys(false);
    assert!(!are_letters_keys());
    press("z", &body);
    press("ArrowDown", &body);
    page.until_texts(".span-row.selected .name", &["PUT"]).await;
    let bar = |name: &str| {
        page.row(name)
            .query_selector(".bar")
            .unwrap()
            .unwrap()
            .get_attribute("style")
            .unwrap()
    };
    assert_eq!(bar("PUT"), "left:20.000%;width:70.000%");
    set_letters_as_keys(true);
    press("z", &body);
    page.until("the zoomed bar", || {
        bar("PUT") == "left:0.000%;width:100.000%"
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_small_screen_scrolls_to_the_waterfall() {
    for size in [(320, 256), (640, 300)] {
        let page = Mounted::trace(click(), size).await;
        let trace = page.find(".trace").await;
        assert!(trace.scroll_height() > trace.client_height(), "{size:?}");
        assert!(trace.scroll_width() <= trace.client_width(), "{size:?}");
        let waterfall = page.find(".waterfall").await;
        assert!(
            waterfall.client_height() >= 200,
            "{size:?} {}",
            waterfall.client_height()
        );
        assert!(page.row("PUT /like").client_height() > 20, "{size:?}");
    }
}

#[wasm_bindgen_test]
async fn all_rows_are_on_paper() {
    let mut spans = vec![span((1, None), "api", "root", 0..100)];
    spans.extend((0..80).map(|number: usize| {
        span(
            (10 + number, Some(1)),
            "api",
            &format!("step {number}"),
            0..50,
        )
    }));
    let page = Mounted::trace(spans, SIZE).await;
    page.until("visible rows", || page.count(".span-row") > 8)
        .await;
    assert!(page.count(".span-row") < 60);
    let window = web_sys::window().unwrap();
    let dispatch = |kind: &str| {
        window
            .dispatch_event(&web_sys::Event::new(kind).unwrap())
            .unwrap();
    };
    dispatch("beforeprint");
    page.until("all rows", || page.count(".span-row") == 81)
        .await;
    dispatch("afterprint");
    page.until("visible rows", || page.count(".span-row") < 60)
        .await;
}

#[wasm_bindgen_test]
async fn titles_tell_views_and_traces_apart() {
    let page = Mounted::trace(click(), SIZE).await;
    let title = |expected: &'static str| move || document().title() == expected;
    page.until(
        "the title",
        title("\u{2068}crud.like\u{2069} 100 ms · Traces"),
    )
    .await;
    page.link("Statistics").click();
    page.until(
        "the title of the view",
        title("Statistics · \u{2068}crud.like\u{2069} 100 ms · Traces"),
    )
    .await;
}

#[wasm_bindgen_test]
async fn the_guide_explains_what_is_on_the_screen() {
    let page = Mounted::trace(click(), SIZE).await;
    assert_eq!(page.count(".guide dt"), 0);
    page.button("How to read this").click();
    page.until("the guide", || page.count("dialog[open] .guide dt") > 8)
        .await;
    for expected in ["Critical path", "Self time", "A number in a box", "Network"] {
        let terms = page.texts(".guide dt");
        assert!(
            terms.iter().any(|term| term.ends_with(expected)),
            "{expected}: {terms:?}"
        );
    }
    page.button("Close").click();
    page.until("a closed guide", || page.count("dialog[open]") == 0)
        .await;
}
