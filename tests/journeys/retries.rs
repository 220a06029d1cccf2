//! The toast of a failed action: a button that runs it again, in the tab order and as long as it is used.

use axum::http::{Method, StatusCode};
use thirtyfour::Key;

use crate::steps::{
    LIKE, SUBNET, like_path, open_crud, signed_in_at_home, signed_in_home_load, uuid_of,
};
use crate::support::browser::Browser;
use crate::support::element::{Element, button, heading};
use crate::support::faults::Fault;
use crate::support::stack::Stack;
use crate::support::traces::expect::action;

/// Shows the toast of a failed like.
async fn failed_like() -> (Stack, Browser) {
    let (stack, browser) = signed_in_at_home("worf").await;
    let path = like_path(&uuid_of(&browser, SUBNET).await);
    let failure = Fault::Respond(StatusCode::INTERNAL_SERVER_ERROR, serde_json::json!({}));
    stack.page.faults.on(Method::PUT, &path, failure);
    browser.click(&button("Like").of_crud(SUBNET)).await;
    browser.expect_text("Cruddur failed with status 500.").await;
    stack.page.faults.clear();
    (stack, browser)
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_action_is_retried_from_its_toast_in_a_trace_of_its_own() {
    let (mut stack, browser) = failed_like().await;
    let like = button("Like").of_crud(SUBNET);
    browser
        .expect_attribute(&like, "aria-pressed", "false")
        .await;
    browser.click(&button("Retry")).await;
    browser
        .expect_attribute(&like, "aria-pressed", "true")
        .await;
    browser.expect_no_text("Cruddur failed").await;
    let failed = action("crud.like").calls_unanswered(LIKE).fails();
    let retried = action("crud.like").calls(LIKE);
    stack
        .expect_traces_after_shutdown(&browser, &[signed_in_home_load(), failed, retried])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn retry_is_reached_by_the_keyboard_and_leaves_the_focus_on_the_page() {
    let (_stack, browser) = failed_like().await;
    browser.focus(&heading("Home")).await;
    browser.press_backwards().await;
    browser.expect_focus(&button("Dismiss")).await;
    browser.press_backwards().await;
    browser.press_backwards().await;
    browser.expect_focus(&button("Retry")).await;
    browser.press_key(Key::Enter).await;
    browser.expect_no_text("Cruddur failed").await;
    browser.expect_focus(&heading("Home")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn toast_stays_while_the_pointer_or_the_focus_is_on_it() {
    /// Counts the timers that would remove a toast.
    const COUNT_TIMERS: &str = "
        window.pending = new Set();
        const [set, clear] = [window.setTimeout, window.clearTimeout];
        window.setTimeout = (run, ms, ...rest) => {
            const id = set(() => { pending.delete(id); run(...rest); }, ms);
            if (ms === 12000) pending.add(id);
            return id;
        };
        window.clearTimeout = id => { pending.delete(id); clear(id); };
    ";
    const PENDING: &str = "return pending.size";
    let (stack, browser) = signed_in_at_home("worf").await;
    browser.script(COUNT_TIMERS, &[]).await;
    let path = like_path(&uuid_of(&browser, SUBNET).await);
    let failure = Fault::Respond(StatusCode::INTERNAL_SERVER_ERROR, serde_json::json!({}));
    stack.page.faults.on(Method::PUT, &path, failure);
    browser.click(&button("Like").of_crud(SUBNET)).await;
    browser.expect_text("Cruddur failed").await;
    browser
        .expect_script("a timer", PENDING, |count| *count == 1)
        .await;
    browser.hover(&button("Dismiss")).await;
    browser
        .expect_script("no timer", PENDING, |count| *count == 0)
        .await;
    // The pointer leaves while the focus is inside.
    browser.focus(&button("Retry")).await;
    browser.hover(&heading("Home")).await;
    browser
        .expect_script(
            "the pointer outside",
            "return document.querySelector('.toast:hover')",
            |it| it.is_null(),
        )
        .await;
    assert_eq!(browser.script(PENDING, &[]).await, 0);
    browser.focus(&heading("Home")).await;
    browser
        .expect_script("a timer", PENDING, |count| *count == 1)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn error_that_another_attempt_cannot_help_has_no_retry() {
    let (stack, browser) = signed_in_at_home("worf").await;
    let path = like_path(&uuid_of(&browser, SUBNET).await);
    let gone = Fault::Respond(StatusCode::NOT_FOUND, serde_json::json!({}));
    stack.page.faults.on(Method::PUT, &path, gone);
    browser.click(&button("Like").of_crud(SUBNET)).await;
    browser.expect_text("This no longer exists.").await;
    let buttons = "return [...document.querySelectorAll('.toast button')].map(it => it.ariaLabel ?? it.textContent)";
    let buttons = browser.script(buttons, &[]).await;
    assert_eq!(buttons, serde_json::json!(["Dismiss"]));
    open_crud(&browser, SUBNET).await;
    browser.find(&Element("//h1[.='Crud']".to_owned())).await;
}
