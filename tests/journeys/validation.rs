//! Invalid input is reported in the page, without console errors.

use axum::http::Method;
use serde_json::{Value, json};

use crate::steps::{
    COMPOSER, CREATE, ME, PROFILE_FEED, USER, signed_in_at_home, signed_in_home_load,
    with_sidebar_requests,
};
use crate::support::browser::Browser;
use crate::support::element::{button, combobox, dialog, textbox};
use crate::support::faults::Fault;
use crate::support::stack::Stack;
use crate::support::traces::expect::{Expected, action};

async fn open_composer() -> (Stack, Browser) {
    let (stack, browser) = signed_in_at_home("andrewbrown").await;
    browser.click(&button("Crud")).await;
    browser.find(&textbox(COMPOSER)).await;
    (stack, browser)
}

/// Sets the text by script: typing 281 characters with WebDriver takes too long.
async fn set_text(browser: &Browser, text: &str) {
    const INPUT: &str = "
        arguments[0].value = arguments[1];
        arguments[0].dispatchEvent(new InputEvent('input', {bubbles: true}));
    ";
    let field = browser.reference(&textbox(COMPOSER)).await;
    browser.script(INPUT, &[field, text.into()]).await;
}

async fn submit(browser: &Browser) {
    browser.click(&button("Crud").within(&dialog())).await;
}

/// Checks that the text is preserved, that there are no console errors, and that these actions were recorded.
async fn expect_text_preserved(
    mut stack: Stack,
    browser: Browser,
    text: &str,
    actions: &[Expected],
) {
    assert_eq!(browser.value(&textbox(COMPOSER)).await, text);
    assert_eq!(browser.console_errors().await, [""; 0]);
    let mut journey = vec![signed_in_home_load(), action("composer.open")];
    journey.extend_from_slice(actions);
    stack.expect_traces_after_shutdown(&browser, &journey).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn blank_crud_is_rejected_by_the_page() {
    let (stack, browser) = open_composer().await;
    set_text(&browser, "  \n ").await;
    submit(&browser).await;
    browser.expect_text("Write something first.").await;
    expect_text_preserved(stack, browser, "  \n ", &[action("crud.create").fails()]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn crud_of_281_characters_is_rejected_and_of_280_is_accepted() {
    let (stack, browser) = open_composer().await;
    let text = "é".repeat(281);
    set_text(&browser, &text).await;
    browser.expect_text("1 character over the limit.").await;
    submit(&browser).await;
    assert_eq!(stack.page.requests.responses_to("/api/activities"), 0);
    set_text(&browser, &text[2..]).await;
    browser.expect_no_text("over the limit").await;
    submit(&browser).await;
    browser.expect_text("Crud posted").await;
    let mut stack = stack;
    let rejected = action("crud.create").fails();
    let journey = [
        signed_in_home_load(),
        action("composer.open"),
        rejected,
        action("crud.create").calls(CREATE),
    ];
    stack.expect_traces_after_shutdown(&browser, &journey).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_ttl_is_rejected_by_the_page() {
    const CHOOSE_UNKNOWN: &str = "
        arguments[0].options[0].value = 'for-ever';
        arguments[0].selectedIndex = 0;
        arguments[0].dispatchEvent(new Event('change', {bubbles: true}));
    ";
    let (stack, browser) = open_composer().await;
    set_text(&browser, "For ever").await;
    let select = browser.reference(&combobox("Expires after")).await;
    browser.script(CHOOSE_UNKNOWN, &[select]).await;
    submit(&browser).await;
    browser.expect_text("Choose when your crud expires.").await;
    let actions = [action("ttl.change"), action("crud.create").fails()];
    expect_text_preserved(stack, browser, "For ever", &actions).await;
}

/// Replaces the body of a valid request, so that the server rejects it.
async fn expect_server_rejects(body: Value, message: &str) {
    let (stack, browser) = open_composer().await;
    stack
        .page
        .faults
        .on(Method::POST, "/api/activities", Fault::ReplaceBody(body));
    set_text(&browser, "Harmless").await;
    submit(&browser).await;
    browser.expect_text(message).await;
    let rejected = action("crud.create").calls(CREATE).fails();
    expect_text_preserved(stack, browser, "Harmless", &[rejected]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn blank_crud_is_rejected_by_the_server() {
    expect_server_rejects(
        json!({"message": " ", "ttl": "7-days"}),
        "Write something first.",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn long_crud_is_rejected_by_the_server() {
    let body = json!({"message": "é".repeat(281), "ttl": "7-days"});
    expect_server_rejects(body, "That is too long.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_ttl_is_rejected_by_the_server() {
    let body = json!({"message": "For ever", "ttl": "for-ever"});
    expect_server_rejects(body, "Choose when your crud expires.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_handle_shows_user_not_found() {
    let mut stack = Stack::start().await;
    let browser = stack.browser().await;
    browser.open("/@missing").await;
    browser
        .expect_text("There is no user called @missing")
        .await;
    assert_eq!(browser.console_errors().await, [""; 0]);
    let load = with_sidebar_requests(action("documentLoad")).calls_without_sql(ME);
    stack
        .expect_traces_after_shutdown(&browser, &[load.calls(PROFILE_FEED).calls(USER)])
        .await;
}
