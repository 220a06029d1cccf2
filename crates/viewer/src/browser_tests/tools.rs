//! The tools of the waterfall: find, errors, levels, groups, subtrees and zoom.

use trace_model::{Attribute, Span, SpanStatus};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{HtmlInputElement, HtmlSelectElement};

use super::support::{Mounted, address, document, press, span};

const SIZE: (u32, u32) = (1_000, 800);
const NAMES: &str = ".span-row .name";
const SELECTED: &str = ".span-row.selected .name";

/// A feed of three steps, two of which fail.
fn feed() -> Vec<Span> {
    let mut spans = vec![
        span((1, None), "api", "GET /feed", 0..100),
        span((2, Some(1)), "api", "session", 0..20),
        span((3, Some(2)), "api", "SELECT session", 5..15),
        span((4, Some(1)), "api", "load", 20..90),
        span((5, Some(4)), "api", "SELECT activities", 30..80),
    ];
    for index in [2, 4] {
        spans[index].status = SpanStatus::Error("locked".to_owned());
        spans[index].attributes = [Attribute::new("db.system.name", "sqlite")]
            .into_iter()
            .collect();
    }
    spans
}

/// A loop with a statement for each of 34 rows.
fn statements() -> Vec<Span> {
    let mut spans = vec![span((1, None), "api", "GET /feed", 0..200)];
    spans.extend((0..34).map(|number: usize| {
        let start = 10 + number as u64 * 5;
        let mut statement = span(
            (10 + number, Some(1)),
            "api",
            "SELECT likes",
            start..start + 4,
        );
        statement.attributes = [Attribute::new("db.system.name", "sqlite")]
            .into_iter()
            .collect();
        statement
    }));
    spans
}

fn press_key(key: &str) {
    press(key, &document().body().unwrap());
}

async fn type_text(page: &Mounted, text: &str) {
    let input: HtmlInputElement = page.find("#find").await.unchecked_into();
    input.set_value(text);
    dispatch(&input, "input");
}

fn dispatch(element: &web_sys::Element, kind: &str) {
    let init = web_sys::EventInit::new();
    init.set_bubbles(true);
    let event = web_sys::Event::new_with_event_init_dict(kind, &init).unwrap();
    element.dispatch_event(&event).unwrap();
}

async fn choose(page: &Mounted, label: &str, value: &str) {
    let select = page.find(&format!("select[aria-label=\"{label}\"]")).await;
    let select: HtmlSelectElement = select.unchecked_into();
    select.set_value(value);
    dispatch(&select, "change");
}

#[wasm_bindgen_test]
async fn spans_are_found_by_text_and_by_query() {
    let page = Mounted::trace(feed(), SIZE).await;
    type_text(&page, "select").await;
    page.until_texts(
        ".span-row.found .name",
        &["SELECT session", "SELECT activities"],
    )
    .await;
    assert_eq!(address(), "/traces?find=select");
    page.until_texts(".find-result", &["2 found"]).await;
    for (key, expected, result) in [
        ("n", "SELECT session", "1 of 2"),
        ("n", "SELECT activities", "2 of 2"),
        ("n", "SELECT session", "1 of 2"),
        ("N", "SELECT activities", "2 of 2"),
    ] {
        press_key(key);
        page.until_texts(SELECTED, &[expected]).await;
        page.until_texts(".find-result", &[result]).await;
    }
    type_text(&page, "duration>=50ms has:db.system.name").await;
    page.until_texts(".span-row.found .name", &["SELECT activities"])
        .await;
    type_text(&page, "nothing").await;
    page.until_texts(".find-result", &["none"]).await;
}

#[wasm_bindgen_test]
async fn an_invalid_query_is_explained() {
    let page = Mounted::trace(feed(), SIZE).await;
    type_text(&page, "duration>soon").await;
    page.until("an explanation", || {
        page.texts(".find-result")[0].contains("“duration>soon” is ignored")
    })
    .await;
    assert_eq!(page.count(".find input[aria-invalid]"), 1);
}

#[wasm_bindgen_test]
async fn other_spans_are_dimmed_or_hidden() {
    let page = Mounted::trace_at("/traces?find=session", feed(), SIZE).await;
    choose(&page, "Other spans", "dim").await;
    page.until_texts(
        ".span-row.dimmed .name",
        &["GET /feed", "load", "SELECT activities"],
    )
    .await;
    assert_eq!(address(), "/traces?find=session&show=dim");
    choose(&page, "Other spans", "hide").await;
    page.until_texts(NAMES, &["session", "SELECT session"])
        .await;
}

#[wasm_bindgen_test]
async fn failed_spans_are_selected_one_after_the_other() {
    let page = Mounted::trace_at("/traces?level=1", feed(), SIZE).await;
    page.until_texts(NAMES, &["GET /feed"]).await;
    press_key("e");
    page.until_texts(SELECTED, &["SELECT session"]).await;
    page.button("Next of 2 errors").click();
    page.until_texts(SELECTED, &["SELECT activities"]).await;
}

#[wasm_bindgen_test]
async fn rows_are_collapsed_to_a_level() {
    let page = Mounted::trace(feed(), SIZE).await;
    choose(&page, "Levels", "2").await;
    page.until_texts(NAMES, &["GET /feed", "session", "load"])
        .await;
    assert_eq!(address(), "/traces?level=2");
    let row = page.row("load");
    assert_eq!(row.get_attribute("aria-expanded").as_deref(), Some("false"));
    row.click();
    page.until_texts(SELECTED, &["load"]).await;
    press_key("ArrowRight");
    page.until_texts(
        NAMES,
        &["GET /feed", "session", "load", "SELECT activities"],
    )
    .await;
}

#[wasm_bindgen_test]
async fn a_subtree_has_its_own_axis_and_path() {
    let page = Mounted::trace(feed(), SIZE).await;
    page.row("load").click();
    page.until_texts(".details h2", &["load"]).await;
    page.button("Show only this subtree").click();
    page.until_texts(NAMES, &["load", "SELECT activities"])
        .await;
    page.until_texts(
        ".verdict summary",
        &["71 % of load was SELECT activities: 50 ms in 1 span."],
    )
    .await;
    let row = page.row("load");
    let width = |selector: &str| {
        let element = row.query_selector(selector).unwrap().unwrap();
        element.get_bounding_client_rect().width()
    };
    assert!((width(".bar") - width(".span-axis")).abs() < 1.0);
    assert_eq!(
        address(),
        "/traces?span=0000000000000004&top=0000000000000004"
    );
    page.button("Whole trace").click();
    page.until("all rows", || page.count(".span-row") == 5)
        .await;
}

#[wasm_bindgen_test]
async fn identical_siblings_share_a_row_with_a_hint() {
    let page = Mounted::trace(statements(), SIZE).await;
    page.until_texts(NAMES, &["GET /feed", "SELECT likes"])
        .await;
    assert_eq!(page.texts(".siblings .times"), ["× 34"]);
    assert_eq!(page.texts(".siblings .badge"), ["N+1?"]);
    assert_eq!(page.texts(".siblings .bar-label"), ["136 ms"]);
    press_key("ArrowDown");
    page.until_texts(".siblings.selected .name", &["SELECT likes"])
        .await;
    press_key("ArrowRight");
    page.until("all statements", || {
        page.count(".span-row:not(.siblings)") > 10
    })
    .await;
    press_key("ArrowDown");
    press_key("Enter");
    page.until("one row", || page.count(".span-row") == 2).await;
}

#[wasm_bindgen_test]
async fn a_hidden_statement_is_revealed_when_it_is_found() {
    let mut spans = statements();
    spans[20].status = SpanStatus::Error("locked".to_owned());
    let page = Mounted::trace(spans, SIZE).await;
    page.until("one group", || page.count(".siblings") == 1)
        .await;
    press_key("e");
    page.until("the failed statement", || {
        page.count(".span-row.selected.error") == 1
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_zoom_is_in_the_address_and_follows_keys() {
    let page = Mounted::trace(feed(), SIZE).await;
    page.row("SELECT activities").click();
    page.until_texts(SELECTED, &["SELECT activities"]).await;
    let bar = || {
        page.row("SELECT activities")
            .query_selector(".bar")
            .unwrap()
            .unwrap()
    };
    for (key, zoom, style) in [
        ("z", "&zoom=30000000-80000000", "left:0.000%;width:100.000%"),
        ("-", "", "left:30.000%;width:50.000%"),
        ("+", "&zoom=27500000-77500000", "left:5.000%;width:100.000%"),
        (
            ".",
            "&zoom=40000000-90000000",
            "left:-20.000%;width:100.000%",
        ),
        ("0", "", "left:30.000%;width:50.000%"),
    ] {
        press_key(key);
        page.until(style, || {
            bar().get_attribute("style").as_deref() == Some(style)
        })
        .await;
        assert_eq!(address(), format!("/traces?span=0000000000000005{zoom}"));
    }
    drop(page);
    let page = Mounted::trace_at("/traces?zoom=30000000-80000000", feed(), SIZE).await;
    let row = page.row("SELECT activities");
    let left = |selector: &str| {
        let element = row.query_selector(selector).unwrap().unwrap();
        element.get_bounding_client_rect().left()
    };
    assert!((left(".bar") - left(".span-axis")).abs() < 1.0);
}
