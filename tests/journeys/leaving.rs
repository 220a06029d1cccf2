//! A click that is followed at once by leaving the page still arrives, root and request.

use axum::http::Method;
use thirtyfour::WindowHandle;

use crate::steps::{SUBNET, like_path, member_at_home, open_home, uuid_of};
use crate::support::browser::Browser;
use crate::support::element::button;
use crate::support::faults::Fault;
use crate::support::stack::Stack;
use crate::support::traces::trace::Trace;
use crate::support::wait::until;

const TIMES: usize = 20;

const CLICK_AND_GO: &str = "arguments[0].click(); location.href = 'about:blank';";
const CLICK: &str = "arguments[0].click();";

#[tokio::test(flavor = "multi_thread")]
async fn a_click_followed_by_another_address_arrives_20_of_20() {
    let (stack, browser) = with_slow_likes().await;
    for _ in 0..TIMES {
        on_like(&browser, CLICK_AND_GO).await;
        open_home(&browser).await;
    }
    all_arrive(&stack).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_followed_by_closing_the_window_arrives_20_of_20() {
    let (stack, browser) = with_slow_likes().await;
    let first = browser.window().await;
    for _ in 0..TIMES {
        close_after_click(&browser, &first).await;
    }
    all_arrive(&stack).await;
}

/// No answer to a like comes in time: its request is under way when the page goes.
async fn with_slow_likes() -> (Stack, Browser) {
    let (stack, browser) = member_at_home("worf").await;
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
    let second = browser.open_beside("/").await;
    browser.switch_to(&second).await;
    on_like(browser, CLICK).await;
    browser.close_window().await;
    browser.switch_to(first).await;
}

async fn on_like(browser: &Browser, script: &str) {
    let like = browser.reference(&button("Like").of_crud(SUBNET)).await;
    browser.script(script, &[like]).await;
}

async fn all_arrive(stack: &Stack) {
    until("root and request of every click", async || {
        let traces = stack.traces().await;
        let likes: Vec<_> = traces.iter().filter(|trace| is_like(trace)).collect();
        let whole = likes
            .iter()
            .filter(|trace| trace.spans.iter().any(|s| s.is_http_request()))
            .count();
        if (likes.len(), whole) == (TIMES, TIMES) {
            return Ok(());
        }
        Err(format!("{} roots, {whole} with their request", likes.len()))
    })
    .await;
}

fn is_like(trace: &Trace) -> bool {
    matches!(trace.name(), "crud.like" | "crud.unlike")
}
