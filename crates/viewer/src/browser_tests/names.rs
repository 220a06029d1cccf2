//! The column of names: readable at any depth, of a chosen width, telling services apart.

use trace_model::{Span, SpanKind};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Page, document, press, span, style};

/// The width of the pane of a trace on a screen of 1,280 pixels.
const AT_1280: (u32, u32) = (630, 500);

fn deep(levels: usize) -> Vec<Span> {
    let level = |number: usize| {
        let parent = (number > 1).then(|| number - 1);
        let name = format!("level-{number} of a call chain");
        span((number, parent), "api", &name, 0..100)
    };
    (1..=levels).map(level).collect()
}

#[wasm_bindgen_test]
async fn names_are_readable_at_forty_levels() {
    for size in [AT_1280, (1_200, 500), (390, 700)] {
        let page = Page::show(deep(40), size).await;
        let scroll = page.find(".waterfall .scroll").await;
        let mut seen = 0;
        for top in (0..1_800).step_by(200) {
            scroll.set_scroll_top(top);
            page.until("scrolled rows", || page.count(".span-row") > 0)
                .await;
            for name in page.all(".span-row .name") {
                assert!(
                    name.client_width() >= 90,
                    "{size:?} {} {:?}",
                    name.client_width(),
                    name.text_content()
                );
                seen += 1;
            }
        }
        assert!(seen > 40);
    }
}

#[wasm_bindgen_test]
async fn a_number_tells_the_depth_that_indentation_does_not() {
    let page = Page::show(deep(12), AT_1280).await;
    let depths = page.texts(".depth");
    assert_eq!(depths.last().map(String::as_str), Some("12"));
    assert!(depths.len() > 5 && depths.len() < 12, "{depths:?}");
    let last = page.row("level-12 of a call chain");
    assert_eq!(last.get_attribute("aria-level").as_deref(), Some("12"));
}

#[wasm_bindgen_test]
async fn rows_of_four_services_are_told_apart() {
    let services = ["gate", "orders", "stock", "mail"];
    let spans = services.iter().zip(1..).map(|(service, number)| {
        span(
            (number, (number > 1).then_some(1)),
            service,
            "handle",
            0..50,
        )
    });
    let page = Page::show(spans.collect(), AT_1280).await;
    assert_eq!(page.texts(".span-row .service"), services);
    let mut colors: Vec<_> = page
        .all(".span-row .swatch")
        .iter()
        .map(|swatch| style(swatch, "background-color"))
        .collect();
    colors.sort();
    colors.dedup();
    assert_eq!(colors.len(), 4);
    for label in page.all(".span-row .service") {
        assert!(label.client_width() > 20, "{:?}", label.text_content());
    }
}

#[wasm_bindgen_test]
async fn the_width_of_names_is_chosen_and_kept() {
    let width = |page: &Page| page.all(".span-name")[0].client_width();
    let page = Page::show(deep(3), (1_000, 500)).await;
    let before = width(&page);
    let handle = page.find(".names-handle").await;
    press("ArrowRight", &handle);
    press("ArrowRight", &handle);
    page.until("a wider column", || width(&page) > before).await;
    let chosen = width(&page);
    drop(page);
    let page = Page::show(deep(3), (1_000, 500)).await;
    page.until("the chosen width", || width(&page) == chosen)
        .await;
    let handle = page.find(".names-handle").await;
    press("Home", &handle);
    page.until("the default width", || width(&page) == before)
        .await;
}

#[wasm_bindgen_test]
async fn a_text_that_turns_the_direction_of_writing_turns_only_itself() {
    let spans = |name: &str, service: &str| {
        vec![
            span((1, None), service, name, 0..50),
            span((2, Some(1)), "other", "next", 0..50),
        ]
    };
    let page = Page::show(
        spans("pay 100\u{202e}\u{2067} now", "bad\u{202e}"),
        (1_000, 500),
    )
    .await;
    for text in page.all("bdi") {
        assert_eq!(style(&text, "unicode-bidi"), "isolate");
    }
    let row = &page.all(".span-row")[0];
    let left = |selector: &str| {
        row.query_selector(selector)
            .unwrap()
            .unwrap()
            .get_bounding_client_rect()
            .left()
    };
    assert!(
        left(".name") < left(".service"),
        "the service stands after the name"
    );
    let title = row
        .query_selector(".name")
        .unwrap()
        .unwrap()
        .get_attribute("title")
        .unwrap();
    assert_eq!(title.matches('\u{2068}').count(), 2, "{title:?}");
    page.until("the title", || document().title().starts_with('\u{2068}'))
        .await;
}

#[wasm_bindgen_test]
async fn two_spans_with_one_id_can_both_be_selected() {
    let mut client = span((1, None), "gate", "call", 0..50);
    client.kind = SpanKind::Client;
    let mut server = span((1, None), "orders", "answer", 10..40);
    server.kind = SpanKind::Server;
    let page = Page::show(vec![client, server], (1_000, 500)).await;
    page.row("answer").click();
    page.until("the server's details", || {
        page.texts(".details h2") == ["answer"]
    })
    .await;
    page.row("call").click();
    page.until("the client's details", || {
        page.texts(".details h2") == ["call"]
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_very_long_name_is_cut_in_its_row() {
    let name = "x".repeat(1_000_000);
    let page = Page::show(vec![span((1, None), "api", &name, 0..50)], (1_000, 500)).await;
    let length = page.place_text_length();
    assert!(length < 20_000, "{length}");
}
