//! Idempotent writes: a crud is created once, even if its request is repeated.
//!
//! The browser repeats a request if a reused connection closes before the response arrives, and the user clicks
//! again after an error.

use axum::http::Method;
use serde_json::Value;

use crate::steps::{COMPOSER, SUBNET, open_home, signed_in_at_home, uuid_of};
use crate::support::browser::Browser;
use crate::support::element::{button, combobox, crud, dialog, textbox};
use crate::support::faults::Fault;
use crate::support::stack::Stack;

const REPLY: &str = "what is your reply?";
const DIRECT_MESSAGE: &str = "send a direct message…";
const DRAFT: &str = "return document.querySelector('.message-form textarea')?.value";
const CHOOSE_AN_HOUR: &str = "arguments[0].value = '1-hour'; arguments[0].dispatchEvent(new Event('change', {bubbles: true}))";
const BUBBLES: &str = "return document.querySelectorAll('.bubble').length";

#[tokio::test(flavor = "multi_thread")]
async fn crud_is_created_once_if_responses_are_dropped() {
    let (stack, browser) = signed_in_at_home("andrewbrown").await;
    browser.click(&button("Crud")).await;
    browser.fill(&textbox(COMPOSER), "Once, please.").await;
    submit_twice(&stack, &browser, "/api/activities", "Crud").await;
    browser.find(&crud("Once, please.")).await;
    assert_eq!(count_in_home_feed(&stack, "Once, please.").await, 1);
    browser.click(&button("Crud")).await;
    browser.fill(&textbox(COMPOSER), "Once, please.").await;
    browser.click(&button("Crud").within(&dialog())).await;
    browser.expect_no_text(COMPOSER).await;
    assert_eq!(count_in_home_feed(&stack, "Once, please.").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn reply_is_created_once_if_responses_are_dropped() {
    let (stack, browser) = signed_in_at_home("andrewbrown").await;
    let path = format!("/api/activities/{}", uuid_of(&browser, SUBNET).await);
    browser.click(&button("Reply").of_crud(SUBNET)).await;
    browser.fill(&textbox(REPLY), "Once, please.").await;
    submit_twice(&stack, &browser, &format!("{path}/reply"), "Reply").await;
    browser.find(&crud("Once, please.")).await;
    let shown = get(&stack, &path).await;
    let replies = shown[0]["replies"].as_array().expect("replies");
    assert_eq!(count(replies, "Once, please."), 1);
}

/// The page is reloaded before the response.
#[tokio::test(flavor = "multi_thread")]
async fn message_and_crud_are_stored_once_if_sent_again_after_a_reload() {
    let (stack, browser) = signed_in_at_home("worf").await;
    stack
        .page
        .faults
        .on(Method::POST, "/api/messages", Fault::DropResponse);
    browser.open("/messages/@londo").await;
    browser
        .fill(&textbox(DIRECT_MESSAGE), "Once, please.")
        .await;
    browser.click(&button("Send")).await;
    browser.expect_text("Cruddur cannot be reached.").await;
    stack.page.faults.clear();
    browser.reload().await;
    // The message was stored. The page shows it together with the draft.
    browser
        .expect_script("the draft", DRAFT, |draft| draft == "Once, please.")
        .await;
    browser.click(&button("Send")).await;
    browser
        .expect_script("no draft", DRAFT, |draft| draft == "")
        .await;
    let bubbles = browser.script(BUBBLES, &[]).await;
    assert_eq!(bubbles, 1);
    expect_one_key(&stack, "/api/messages");

    stack
        .page
        .faults
        .on(Method::POST, "/api/activities", Fault::DropResponse);
    browser.click(&button("Crud")).await;
    browser.fill(&textbox(COMPOSER), "Once, please.").await;
    let ttl = browser.reference(&combobox("Expires after")).await;
    browser.script(CHOOSE_AN_HOUR, &[ttl]).await;
    browser.click(&button("Crud").within(&dialog())).await;
    browser.expect_text("Cruddur cannot be reached.").await;
    stack.page.faults.clear();
    open_home(&browser).await;
    browser.click(&button("Crud")).await;
    assert_eq!(browser.value(&combobox("Expires after")).await, "1-hour");
    browser.click(&button("Crud").within(&dialog())).await;
    browser.expect_no_text(COMPOSER).await;
    assert_eq!(count_in_home_feed(&stack, "Once, please.").await, 1);
    expect_one_key(&stack, "/api/activities");
}

/// All requests have the same key.
fn expect_one_key(stack: &Stack, path: &str) {
    let keys = keys(stack, path);
    assert!(
        keys.len() > 1 && keys.iter().all(|key| *key == keys[0]),
        "{keys:?}"
    );
}

/// Submits the form twice. All responses to the first click are dropped.
async fn submit_twice(stack: &Stack, browser: &Browser, path: &str, name: &str) {
    stack
        .page
        .faults
        .on(Method::POST, path, Fault::DropResponse);
    browser.click(&button(name).within(&dialog())).await;
    browser.expect_text("Cruddur cannot be reached.").await;
    let repeated = stack.page.requests.responses_to(path);
    assert!(repeated > 1, "the browser did not repeat the request");
    stack.page.faults.clear();
    browser.click(&button(name).within(&dialog())).await;
    browser.expect_no_text("Cruddur cannot be reached.").await;
    let keys = keys(stack, path);
    assert_eq!(keys.len(), repeated + 1);
    assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
}

fn keys(stack: &Stack, path: &str) -> Vec<String> {
    let requests = stack.page.requests.all().into_iter();
    requests
        .filter(|request| request.method == Method::POST && request.path == path)
        .map(|request| {
            let key = &request.headers["idempotency-key"];
            key.to_str().expect("a plain key").to_owned()
        })
        .collect()
}

async fn count_in_home_feed(stack: &Stack, message: &str) -> usize {
    let feed = get(stack, "/api/activities/home").await;
    count(feed.as_array().expect("a feed"), message)
}

fn count(activities: &[Value], message: &str) -> usize {
    let is_it = |activity: &&Value| activity["message"] == message;
    activities.iter().filter(is_it).count()
}

async fn get(stack: &Stack, path: &str) -> Value {
    let request = crate::support::http_client().get(format!("{}{path}", stack.api_url));
    let response = request.send().await.expect("the back end to respond");
    response.json().await.expect("JSON")
}
