//! The name column: readable names at any depth, a chosen width, and service labels.

use trace_model::Span;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Mounted, document, press, span, style};

/// The size of the trace pane on a screen of 1,280 pixels.
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
        let page = Mounted::trace(deep(40), size).await;
        let scroll = page.find(".waterfall .scroll").await;
        let mut checked = 0;
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
                checked += 1;
            }
        }
        assert!(checked > 40);
    }
}

#[wasm_bindgen_test]
async fn a_number_shows_a_depth_beyond_the_indentation() {
    let page = Mounted::trace(deep(12), AT_1280).await;
    let depths = page.texts(".depth");
    assert_eq!(depths.last().map(String::as_str), Some("12"));
    assert!(depths.len() > 5 && depths.len() < 12, "{depths:?}");
    let last = page.row("level-12 of a call chain");
    assert_eq!(last.get_attribute("aria-level").as_deref(), Some("12"));
}

#[wasm_bindgen_test]
async fn rows_of_four_services_have_different_labels_and_colors() {
    let services = ["gate", "orders", "stock", "mail"];
    let spans = services.iter().zip(1..).map(|(service, number)| {
        span(
            (number, (number > 1).then_some(1)),
            service,
            "handle",
            0..50,
        )
    });
    let page = Mounted::trace(spans.collect(), AT_1280).await;
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
async fn a_chosen_width_is_stored() {
    let width = |page: &Mounted| page.all(".span-name")[0].client_width();
    let page = Mounted::trace(deep(3), (1_000, 500)).await;
    let before = width(&page);
    let handle = page.find(".names-handle").await;
    press("ArrowRight", &handle);
    press("ArrowRight", &handle);
    page.until("a wider column", || width(&page) > before).await;
    let chosen = width(&page);
    drop(page);
    let page = Mounted::trace(deep(3), (1_000, 500)).await;
    page.until("the chosen width", || width(&page) == chosen)
        .await;
    let handle = page.find(".names-handle").await;
    press("Home", &handle);
    page.until("the default width", || width(&page) == before)
        .await;
}

#[wasm_bindgen_test]
async fn a_change_of_writing_direction_does_not_leave_its_text() {
    let spans = |name: &str, service: &str| {
        vec![
            span((1, None), service, name, 0..50),
            span((2, Some(1)), "other", "next", 0..50),
        ]
    };
    let page = Mounted::trace(
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
        "the service is after the name"
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
async fn a_very_long_name_is_truncated_in_its_row() {
    let name = "x".repeat(1_000_000);
    let page = Mounted::trace(vec![span((1, None), "api", &name, 0..50)], (1_000, 500)).await;
    let length = page.html_length();
    assert!(length < 20_000, "{length}");
}
