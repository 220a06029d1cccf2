//! What a person sees when a server is away, and that it comes back.

use crate::steps::{SUBNET, member_at_home, open_home, toggle_like};
use crate::support::element::{button, link};
use crate::support::stack::Stack;

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
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_gateway_the_page_works_as_ever() {
    let (mut stack, browser) = member_at_home("worf").await;
    stack.stop_gateway();
    open_home(&browser).await;
    toggle_like(&stack, &browser, SUBNET).await;
    browser.click(&link("Open crud").of_crud(SUBNET)).await;
    browser.see_no("Cloud is very fun!").await;
    assert_eq!(browser.console_errors().await, [""; 0]);
}
