//! The trace list: its rows, pending traces, pages and errors.

use trace_model::{Attribute, SpanStatus, Trace, TraceSummary};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{ListScreen, MS, START, address, span};
use crate::{
    gateway::{Error, Page},
    live::{Action, NextPage, Request},
    query::Query,
};

/// The summary of a trace that starts `number` seconds after the first one and takes as many
/// milliseconds.
fn summary(number: u64) -> TraceSummary {
    let click = span((1, None), "page", &format!("click {number}"), 0..number);
    let request = span((2, Some(1)), "api", "PUT /like", 0..number);
    let mut summary = Trace::from_spans(click.trace_id, vec![click, request]).summary();
    summary.trace_id = format!("{number:032x}").parse().unwrap();
    summary.start_unix_nano = START + number * 1_000 * MS;
    summary
}

fn page(numbers: impl IntoIterator<Item = u64>, next: Option<&str>) -> Page {
    Page {
        traces: numbers.into_iter().map(summary).collect(),
        next: next.map(str::to_owned),
        cut_short: false,
    }
}

async fn loaded(page: Page) -> ListScreen {
    let screen = ListScreen::mount().await;
    screen.dispatch(Action::Loaded(Request::default(), Ok(page)));
    screen
}

#[wasm_bindgen_test]
async fn rows_show_the_traces_newest_first() {
    let screen = loaded(page([1, 3, 2], None)).await;
    let page = &screen.page;
    page.until_texts(".trace-name b", &["click 3", "click 2", "click 1"])
        .await;
    assert_eq!(page.texts(".trace-duration"), ["3 ms", "2 ms", "1 ms"]);
    let info = page.texts(".trace-info").swap_remove(0);
    assert!(info.starts_with("2 spans · "), "{info}");
    assert!(info.contains("page") && info.contains("api"), "{info}");
    assert_eq!(page.texts(".traces .count"), ["3"]);
}

#[wasm_bindgen_test]
async fn a_failed_trace_has_a_badge() {
    let mut failed = span((1, None), "api", "GET", 0..5);
    failed.status = SpanStatus::Error("boom".to_owned());
    failed.attributes = [Attribute::new("http.response.status_code", 503)]
        .into_iter()
        .collect();
    let failed = Trace::from_spans(failed.trace_id, vec![failed]).summary();
    let traces = vec![failed, summary(1)];
    let screen = loaded(Page {
        traces,
        ..Page::default()
    })
    .await;
    screen.page.find(".trace-row").await;
    assert_eq!(screen.page.texts(".trace-row .badge-error"), ["503"]);
}

#[wasm_bindgen_test]
async fn a_click_opens_the_trace_and_selects_its_row() {
    let screen = loaded(page([1, 2], None)).await;
    screen.page.find(".trace-row").await;
    screen.page.all(".trace-row")[1].click();
    screen
        .page
        .until_texts(".trace-row.selected .trace-name b", &["click 1"])
        .await;
    assert_eq!(address(), format!("/trace/{:032x}", 1));
}

#[wasm_bindgen_test]
async fn only_visible_rows_are_in_the_document() {
    let screen = loaded(page(1..=1_000, None)).await;
    let page = &screen.page;
    page.until("measured rows", || page.count(".trace-row") > 8)
        .await;
    assert!(
        page.count(".trace-row") < 40,
        "{}",
        page.count(".trace-row")
    );
    page.find(".traces .scroll").await.set_scroll_top(30_000);
    page.until("a later row", || {
        page.texts(".trace-name b")
            .contains(&"click 556".to_owned())
    })
    .await;
    assert!(
        page.count(".trace-row") < 40,
        "{}",
        page.count(".trace-row")
    );
}

#[wasm_bindgen_test]
async fn new_traces_of_a_paused_list_are_shown_on_request() {
    let screen = loaded(page([1], None)).await;
    let page = &screen.page;
    page.until_texts(".trace-name b", &["click 1"]).await;
    page.button("Pause").click();
    page.until("a paused list", || screen.live().paused).await;
    screen.dispatch(Action::Changed(vec![summary(2), summary(3)]));
    page.until_texts(".new-traces", &["2 new"]).await;
    assert_eq!(page.texts(".trace-name b"), ["click 1"]);
    page.button("2 new").click();
    page.until_texts(".trace-name b", &["click 3", "click 2", "click 1"])
        .await;
    assert_eq!(page.count(".new-traces"), 0);
}

#[wasm_bindgen_test]
async fn the_end_of_a_page_has_a_button_for_the_next() {
    let screen = loaded(page([9, 8], Some("8-x"))).await;
    let page_end = &screen.page;
    page_end.until_texts(".traces .count", &["2+"]).await;
    page_end.button("Show older traces").click();
    page_end
        .until("a request for the next page", || {
            screen.live().next_page == NextPage::Loading
        })
        .await;
    screen.dispatch(Action::LoadedNextPage(
        Query::default(),
        Ok(page([7], None)),
    ));
    page_end
        .until_texts(".trace-name b", &["click 9", "click 8", "click 7"])
        .await;
    assert_eq!(page_end.count(".next-page"), 0);
}

#[wasm_bindgen_test]
async fn a_timeout_is_shown_with_a_retry() {
    let screen = ListScreen::mount().await;
    let page = &screen.page;
    screen.dispatch(Action::Loaded(Request::default(), Err(Error::Timeout)));
    page.until_texts(
        ".traces .note p",
        &["The gateway did not respond within 30 seconds."],
    )
    .await;
    page.button("Try again").click();
    page.until("a retry", || screen.live().retry_count == 1)
        .await;
    page.until_texts(".traces-body", &["Loading…"]).await;
}

#[wasm_bindgen_test]
async fn a_failed_refresh_keeps_the_rows() {
    let screen = loaded(page([1], None)).await;
    let page = &screen.page;
    page.find(".trace-row").await;
    screen.dispatch(Action::Loaded(Request::default(), Err(Error::Status(502))));
    let notice = page.find(".stale-notice").await;
    let text = notice.text_content().unwrap();
    assert!(text.contains("The gateway answered 502"), "{text}");
    assert_eq!(page.texts(".trace-name b"), ["click 1"]);
}
