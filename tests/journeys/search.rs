//! Full-text search.

use crate::steps::{signed_out_at_home, signed_out_home_load};
use crate::support::element::textbox;
use crate::support::traces::expect::action;
use thirtyfour::Key;

#[tokio::test(flavor = "multi_thread")]
async fn search_is_one_trace() {
    let (mut stack, browser) = signed_out_at_home().await;
    browser.fill(&textbox("Search Cruddur"), "prune").await;
    browser.press(&textbox("Search Cruddur"), Key::Enter).await;
    browser.expect_no_text("Cloud is very fun!").await;
    browser.expect_text("I am out of prune juice").await;
    assert!(browser.url().await.ends_with("/search?term=prune"));
    let search = action("search.submit").with_span("navigate /search");
    let search = search.calls("GET /api/activities/search");
    stack
        .expect_traces_after_shutdown(&browser, &[signed_out_home_load(), search])
        .await;
}
