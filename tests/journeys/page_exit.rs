//! Spans of a click are delivered even if the user leaves the page at once.

use axum::http::Method;
use thirtyfour::WindowHandle;

use crate::steps::{SUBNET, like_path, open_home, signed_in_at_home, uuid_of};
use crate::support::browser::Browser;
use crate::support::element::button;
use crate::support::faults::Fault;
use crate::support::stack::Stack;
use crate::support::traces::trace::Trace;
use crate::support::wait::until;

const REPETITIONS: usize = 20;

const CLICK_AND_NAVIGATE: &str = "arguments[0].click(); location.href = 'about:blank';";
const CLICK: &str = "arguments[0].click();";

#[tokio::test(flavor = "multi_thread")]
async fn click_before_a_navigation_is_delivered() {
    let (stack, browser) = with_slow_likes().await;
    for _ in 0..REPETITIONS {
        run_on_like(&browser, CLICK_AND_NAVIGATE).await;
        open_home(&browser).await;
    }
    expect_all_delivered(&stack).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn click_before_closing_the_window_is_delivered() {
    let (stack, browser) = with_slow_likes().await;
    let first = browser.window().await;
    for _ in 0..REPETITIONS {
        close_after_click(&browser, &first).await;
    }
    expect_all_delivered(&stack).await;
}

/// Delays the responses to likes, so that the request is pending when the page is left.
async fn with_slow_likes() -> (Stack, Browser) {
    let (stack, browser) = signed_in_at_home("worf").await;
    let path = like_path(&uuid_of(&browser, SUBNET).await);
    for method in [Method::PUT, Method::DELETE] {
        stack.page.faults.on(
            method,
            &path,
            Fault::Delay(std::time::Duration::from_secs(1)),
        );
    }
    (stack, browser)
}

async fn close_after_click(browser: &Browser, first: &WindowHandle) {
    let second = browser.open_in_new_window("/").await;
    browser.switch_to(&second).await;
    run_on_like(browser, CLICK).await;
    browser.close_window().await;
    browser.switch_to(first).await;
}

async fn run_on_like(browser: &Browser, script: &str) {
    let like = browser.reference(&button("Like").of_crud(SUBNET)).await;
    browser.script(script, &[like]).await;
}

async fn expect_all_delivered(stack: &Stack) {
    until("root and request of every click", async || {
        let traces = stack.traces().await;
        let likes: Vec<_> = traces.iter().filter(|trace| is_like(trace)).collect();
        let complete = likes
            .iter()
            .filter(|trace| trace.spans.iter().any(|s| s.is_http_request()))
            .count();
        if (likes.len(), complete) == (REPETITIONS, REPETITIONS) {
            return Ok(());
        }
        Err(format!(
            "{} roots, {complete} with their request",
            likes.len()
        ))
    })
    .await;
}

fn is_like(trace: &Trace) -> bool {
    matches!(trace.name(), "crud.like" | "crud.unlike")
}
