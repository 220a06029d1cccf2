//! Outages of the back end and the gateway, and the recovery after them.

use crate::steps::{
    HOME_FEED, LIKE, ME, SUBNET, TAILOR, open_crud, signed_in_at_home, signed_in_home_load,
    toggle_like,
};
use crate::support::element::button;
use crate::support::stack::Stack;
use crate::support::traces::expect::action;
use crate::support::wait::until;

const EXPORT: &str = "/otlp/v1/traces";

#[tokio::test(flavor = "multi_thread")]
async fn page_reports_an_unavailable_back_end_and_retries() {
    let mut stack = Stack::start().await;
    stack.stop_back_end();
    let browser = stack.browser().await;
    browser.open("/").await;
    browser.expect_text("Cruddur cannot be reached.").await;
    assert_eq!(browser.console_errors().await, [""; 0]);
    stack.restart_back_end().await;
    browser.click(&button("Retry")).await;
    browser.expect_text(SUBNET).await;
    assert_eq!(browser.console_errors().await, [""; 0]);
    let load = action("documentLoad")
        .calls_unanswered(HOME_FEED)
        .calls_unanswered(ME);
    let load = load
        .calls_unanswered("GET /api/trending")
        .calls_unanswered("GET /api/users/suggested");
    stack
        .expect_traces_after_shutdown(&browser, &[load, action("click Retry").calls(HOME_FEED)])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn page_works_without_the_gateway_and_exports_its_traces_later() {
    let (mut stack, browser) = signed_in_at_home("worf").await;
    stack.expect_traces(&[signed_in_home_load()]).await;
    stack.stop_gateway();
    let exports = stack.page.requests.responses_to(EXPORT);
    toggle_like(&stack, &browser, SUBNET).await;
    open_crud(&browser, SUBNET).await;
    browser.expect_no_text(TAILOR).await;
    until("a failed export", async || {
        match stack.page.requests.responses_to(EXPORT) {
            now if now > exports => Ok(()),
            _ => Err("none yet"),
        }
    })
    .await;
    assert_eq!(browser.console_errors().await, [""; 0]);
    stack.restart_gateway().await;
    let like = action("crud.like").calls(LIKE);
    let open = action("crud.open").calls("GET /api/activities/{uuid}");
    stack
        .expect_traces_after_shutdown(&browser, &[signed_in_home_load(), like, open])
        .await;
}
