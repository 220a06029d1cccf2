//! The search box and the filters above the list.

use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Event, EventInit, HtmlInputElement, HtmlSelectElement};

use super::support::{ListScreen, address, document, press};
use crate::{
    gateway::Page,
    live::{Action, Request},
    query,
};

fn bubbling(name: &str) -> Event {
    let init = EventInit::new();
    init.set_bubbles(true);
    Event::new_with_event_init_dict(name, &init).unwrap()
}

async fn search_box(screen: &ListScreen) -> HtmlInputElement {
    screen.page.find("#search").await.unchecked_into()
}

fn enter_text(input: &HtmlInputElement, text: &str) {
    input.set_value(text);
    input.dispatch_event(&bubbling("input")).unwrap();
}

#[wasm_bindgen_test]
async fn typed_text_becomes_the_query_of_the_address() {
    let screen = ListScreen::mount().await;
    let input = search_box(&screen).await;
    enter_text(&input, "status:e");
    enter_text(&input, "status:error like");
    screen
        .page
        .until("the query in the address", || {
            address() == "/traces?q=status%3Aerror+like"
        })
        .await;
    // The filter controls show the same query.
    let errors = screen.page.button("Errors");
    screen
        .page
        .until("a pressed filter", || {
            errors.get_attribute("aria-pressed").as_deref() == Some("true")
        })
        .await;
    assert_eq!(input.value(), "status:error like");
}

#[wasm_bindgen_test]
async fn an_invalid_term_is_reported_below_the_box() {
    let screen = ListScreen::mount().await;
    let input = search_box(&screen).await;
    enter_text(&input, "duration>soon");
    let problem = || screen.page.texts("#search-problem").swap_remove(0);
    screen
        .page
        .until("a problem", || problem().contains("is ignored"))
        .await;
    assert!(problem().starts_with("“duration>soon” is ignored: "));
    assert_eq!(input.get_attribute("aria-invalid").as_deref(), Some("true"));
    enter_text(&input, "duration>20ms");
    screen
        .page
        .until("no problem", || problem().is_empty())
        .await;
    assert_eq!(input.get_attribute("aria-invalid"), None);
}

#[wasm_bindgen_test]
async fn filter_controls_edit_the_text_of_the_box() {
    let screen = ListScreen::mount().await;
    let input = search_box(&screen).await;
    enter_text(&input, "like");
    screen
        .page
        .until("the query", || address() == "/traces?q=like")
        .await;
    screen.page.find(".clear-filters button").await;
    screen.page.button("Errors").click();
    screen
        .page
        .until("the filter", || input.value() == "like status:error")
        .await;
    let duration = screen.page.find("select[aria-label=Duration]").await;
    let duration: HtmlSelectElement = duration.unchecked_into();
    duration.set_value("100");
    duration.dispatch_event(&bubbling("change")).unwrap();
    screen
        .page
        .until("both filters", || {
            input.value() == "like status:error duration>100ms"
        })
        .await;
    screen.page.button("Clear filters").click();
    screen
        .page
        .until("an empty box", || input.value().is_empty())
        .await;
    assert_eq!(address(), "/traces");
}

/// Whoever clicks a filter right after typing has left the box first.
#[wasm_bindgen_test]
async fn a_filter_is_added_to_what_was_just_typed() {
    let screen = ListScreen::mount().await;
    let input = search_box(&screen).await;
    input.focus().unwrap();
    enter_text(&input, "like");
    input.blur().unwrap();
    assert_eq!(address(), "/traces?q=like");
    screen.page.find(".clear-filters button").await;
    screen.page.button("Errors").click();
    screen
        .page
        .until("both", || input.value() == "like status:error")
        .await;
}

#[wasm_bindgen_test]
async fn a_query_without_matches_is_explained() {
    let screen = ListScreen::mount().await;
    let input = search_box(&screen).await;
    enter_text(&input, "service:shop -like");
    screen
        .page
        .until("the query", || address().contains("shop"))
        .await;
    let query = query::parse("service:shop -like").query;
    screen.dispatch(Action::Query(query.clone()));
    let request = Request { query, change: 0 };
    screen.dispatch(Action::Loaded(request, Ok(Page::default())));
    screen
        .page
        .until_texts(".terms code", &["service:shop", "-like"])
        .await;
    assert_eq!(screen.page.texts(".note h3"), ["No matching traces"]);
    screen.page.button("Show all traces").click();
    screen
        .page
        .until("the address without a query", || address() == "/traces")
        .await;
}

#[wasm_bindgen_test]
async fn escape_leaves_the_box() {
    let screen = ListScreen::mount().await;
    let input = search_box(&screen).await;
    input.focus().unwrap();
    let is_focused = || {
        document()
            .active_element()
            .is_some_and(|element| element.id() == "search")
    };
    assert!(is_focused());
    press("Escape", &input);
    assert!(!is_focused());
}
