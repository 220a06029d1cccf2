//! What a person sees when a server is away, and that it comes back.

use thirtyfour::Key;

use crate::steps::{
    HOME_FEED, LIKE, ME, SUBNET, TAILOR, member_at_home, member_s_home, toggle_like,
};
use crate::support::element::{button, link};
use crate::support::stack::Stack;
use crate::support::traces::expect::action;
use crate::support::wait::until;

const EXPORT: &str = "/otlp/v1/traces";

#[tokio::test(flavor = "multi_thread")]
async fn without_the_back_end_the_page_says_so_and_retries() {
    let mut stack = Stack::start().await;
    stack.stop_back_end();
    let browser = stack.browser().await;
    browser.open("/").await;
    browser.see("Cruddur cannot be reached.").await;
    assert_eq!(browser.console_errors().await, [""; 0]);
    stack.restart_back_end().await;
    browser.click(&button("Retry")).await;
    browser.see(SUBNET).await;
    assert_eq!(browser.console_errors().await, [""; 0]);
    let load = action("documentLoad")
        .calls_in_vain(HOME_FEED)
        .calls_in_vain(ME);
    let load = load
        .calls_in_vain("GET /api/trending")
        .calls_in_vain("GET /api/users/suggested");
    stack
        .ends_with(&browser, &[load, action("click Retry").calls(HOME_FEED)])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_gateway_the_page_works_as_ever_and_its_traces_wait() {
    let (mut stack, browser) = member_at_home("worf").await;
    stack.stores(&[member_s_home()]).await;
    stack.stop_gateway();
    let exports = stack.page.requests.answered(EXPORT);
    toggle_like(&stack, &browser, SUBNET).await;
    browser
        .press(&link("Open crud").of_crud(SUBNET), Key::Enter)
        .await;
    browser.see_no(TAILOR).await;
    until("an export in vain", async || {
        match stack.page.requests.answered(EXPORT) {
            now if now > exports => Ok(()),
            _ => Err("none yet"),
        }
    })
    .await;
    assert_eq!(browser.console_errors().await, [""; 0]);
    stack.restart_gateway().await;
    let like = action("crud.like").calls(LIKE);
    let open = action("click Open crud").calls("GET /api/activities/{uuid}");
    stack
        .ends_with(&browser, &[member_s_home(), like, open])
        .await;
}
