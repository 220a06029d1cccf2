//! What a person may get wrong is answered in the page, in words, without an error in the console.

use axum::http::Method;
use serde_json::{Value, json};

use crate::steps::{
    CREATE, ME, PROFILE_FEED, SAY, USER, around_any_page, member_at_home, member_s_home,
};
use crate::support::browser::Browser;
use crate::support::element::{button, combobox, dialog, textbox};
use crate::support::faults::Fault;
use crate::support::stack::Stack;
use crate::support::traces::expect::{Expected, action};

async fn composing() -> (Stack, Browser) {
    let (stack, browser) = member_at_home("andrewbrown").await;
    browser.click(&button("Crud")).await;
    browser.find(&textbox(SAY)).await;
    (stack, browser)
}

/// Types by script: the driver would take long over 281 characters.
async fn write(browser: &Browser, text: &str) {
    const INPUT: &str = "
        arguments[0].value = arguments[1];
        arguments[0].dispatchEvent(new InputEvent('input', {bubbles: true}));
    ";
    let field = browser.reference(&textbox(SAY)).await;
    browser.script(INPUT, &[field, text.into()]).await;
}

async fn submit(browser: &Browser) {
    browser.click(&button("Crud").within(&dialog())).await;
}

/// Nothing that was typed is lost, no code of ours complained, and these are the actions it took.
async fn ends_calmly(mut stack: Stack, browser: Browser, text: &str, actions: &[Expected]) {
    assert_eq!(browser.value(&textbox(SAY)).await, text);
    assert_eq!(browser.console_errors().await, [""; 0]);
    let mut journey = vec![member_s_home(), action("composer.open")];
    journey.extend_from_slice(actions);
    stack.ends_with(&browser, &journey).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blank_crud_is_refused_before_it_is_sent() {
    let (stack, browser) = composing().await;
    write(&browser, "  \n ").await;
    submit(&browser).await;
    browser.see("Write something first.").await;
    ends_calmly(stack, browser, "  \n ", &[action("crud.create").fails()]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_281st_character_is_one_too_many_and_the_280th_is_not() {
    let (stack, browser) = composing().await;
    let text = "é".repeat(281);
    write(&browser, &text).await;
    browser.see("1 character too many.").await;
    submit(&browser).await;
    assert_eq!(stack.page.requests.answered("/api/activities"), 0);
    write(&browser, &text[2..]).await;
    browser.see_no("too many").await;
    submit(&browser).await;
    browser.see("Your crud is out").await;
    let mut stack = stack;
    let refused = action("crud.create").fails();
    let journey = [
        member_s_home(),
        action("composer.open"),
        refused,
        action("crud.create").calls(CREATE),
    ];
    stack.ends_with(&browser, &journey).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_time_to_live_is_refused_before_it_is_sent() {
    const CHOOSE_UNKNOWN: &str = "
        arguments[0].options[0].value = 'for-ever';
        arguments[0].selectedIndex = 0;
        arguments[0].dispatchEvent(new Event('change', {bubbles: true}));
    ";
    let (stack, browser) = composing().await;
    write(&browser, "For ever").await;
    let select = browser.reference(&combobox("How long it lives")).await;
    browser.script(CHOOSE_UNKNOWN, &[select]).await;
    submit(&browser).await;
    browser.see("Choose how long your crud should live.").await;
    let actions = [action("ttl.change"), action("crud.create").fails()];
    ends_calmly(stack, browser, "For ever", &actions).await;
}

/// The page checks first; these get past it, so that it is the server that refuses.
async fn server_refuses(body: Value, words: &str) {
    let (stack, browser) = composing().await;
    stack
        .page
        .faults
        .on(Method::POST, "/api/activities", Fault::Send(body));
    write(&browser, "Harmless").await;
    submit(&browser).await;
    browser.see(words).await;
    let refused = action("crud.create").calls(CREATE).fails();
    ends_calmly(stack, browser, "Harmless", &[refused]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blank_crud_is_refused_by_the_server_too() {
    server_refuses(
        json!({"message": " ", "ttl": "7-days"}),
        "Write something first.",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overlong_crud_is_refused_by_the_server_too() {
    let body = json!({"message": "é".repeat(281), "ttl": "7-days"});
    server_refuses(body, "That is too long.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_time_to_live_is_refused_by_the_server_too() {
    let body = json!({"message": "For ever", "ttl": "for-ever"});
    server_refuses(body, "Choose how long your crud should live.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_handle_has_a_page_that_says_so() {
    let mut stack = Stack::start().await;
    let browser = stack.browser().await;
    browser.open("/@nobody").await;
    browser.see("There is nobody called @nobody").await;
    assert_eq!(browser.console_errors().await, [""; 0]);
    let load = around_any_page(action("documentLoad")).calls_without_sql(ME);
    stack
        .ends_with(&browser, &[load.calls(PROFILE_FEED).calls(USER)])
        .await;
}
