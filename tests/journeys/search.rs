//! Finding cruds by their words.

use crate::steps::{visitor_at_home, visitor_s_home};
use crate::support::element::textbox;
use crate::support::traces::expect::action;
use thirtyfour::Key;

#[tokio::test(flavor = "multi_thread")]
async fn a_search_is_one_trace_from_the_box_to_the_index() {
    let (mut stack, browser) = visitor_at_home().await;
    browser.fill(&textbox("Search Cruddur"), "prune").await;
    browser.press(&textbox("Search Cruddur"), Key::Enter).await;
    browser.see_no("Cloud is very fun!").await;
    browser.see("I am out of prune juice").await;
    assert!(browser.address().await.ends_with("/search?term=prune"));
    let search = action("search.submit").with_span("navigate /search");
    let search = search.calls("GET /api/activities/search");
    stack.ends_with(&browser, &[visitor_s_home(), search]).await;
}
