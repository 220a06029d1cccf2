//! A browser repeats a request whose kept connection ended before the answer came, and a person
//! clicks again when nothing came of the first click. Either way one text is written once.

use axum::http::Method;
use serde_json::Value;

use crate::steps::{SAY, SUBNET, member_at_home, uuid_of};
use crate::support::browser::Browser;
use crate::support::element::{button, crud, dialog, textbox};
use crate::support::faults::Fault;
use crate::support::stack::Stack;

const REPLY: &str = "what is your reply?";

#[tokio::test(flavor = "multi_thread")]
async fn one_crud_whose_answers_are_lost_is_written_once() {
    let (stack, browser) = member_at_home("andrewbrown").await;
    browser.click(&button("Crud")).await;
    browser.fill(&textbox(SAY), "Once, please.").await;
    submit_twice(&stack, &browser, "/api/activities", "Crud").await;
    browser.find(&crud("Once, please.")).await;
    assert_eq!(written(&stack, "Once, please.").await, 1);
    browser.click(&button("Crud")).await;
    browser.fill(&textbox(SAY), "Once, please.").await;
    browser.click(&button("Crud").within(&dialog())).await;
    browser.see_no(SAY).await;
    assert_eq!(written(&stack, "Once, please.").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_reply_whose_answers_are_lost_is_written_once() {
    let (stack, browser) = member_at_home("andrewbrown").await;
    let path = format!("/api/activities/{}", uuid_of(&browser, SUBNET).await);
    browser.click(&button("Reply").of_crud(SUBNET)).await;
    browser.fill(&textbox(REPLY), "Once, please.").await;
    submit_twice(&stack, &browser, &format!("{path}/reply"), "Reply").await;
    browser.find(&crud("Once, please.")).await;
    let shown = get(&stack, &path).await;
    let replies = shown[0]["replies"].as_array().expect("replies");
    assert_eq!(count(replies, "Once, please."), 1);
}

/// Every answer to the first click is lost, and none to the second.
async fn submit_twice(stack: &Stack, browser: &Browser, path: &str, name: &str) {
    stack.page.faults.on(Method::POST, path, Fault::LoseAnswer);
    browser.click(&button(name).within(&dialog())).await;
    browser.see("Cruddur cannot be reached.").await;
    let repeated = stack.page.requests.answered(path);
    assert!(repeated > 1, "the browser repeated nothing");
    stack.page.faults.clear();
    browser.click(&button(name).within(&dialog())).await;
    browser.see_no("Cruddur cannot be reached.").await;
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

async fn written(stack: &Stack, message: &str) -> usize {
    let feed = get(stack, "/api/activities/home").await;
    count(feed.as_array().expect("a feed"), message)
}

fn count(activities: &[Value], message: &str) -> usize {
    let is_it = |activity: &&Value| activity["message"] == message;
    activities.iter().filter(is_it).count()
}

async fn get(stack: &Stack, path: &str) -> Value {
    let client = reqwest::Client::builder().no_proxy().build();
    let request = client
        .expect("a plain HTTP client")
        .get(format!("{}{path}", stack.api_url));
    let answer = request.send().await.expect("the back end to answer");
    answer.json().await.expect("JSON")
}
