//! Direct messages, with live updates between two browsers.

use axum::http::header::{CONTENT_TYPE, COOKIE};
use serde_json::json;

use crate::steps::{
    ME, NOT_SAMPLED, PROFILE_FEED, USER, open_home, session_cookie, sign_in, signed_in_home_load,
    with_sidebar_requests,
};
use crate::support::browser::Browser;
use crate::support::element::{Element, button, link_with, textbox};
use crate::support::stack::Stack;
use crate::support::traces::expect::{Expected, action};
use crate::support::traces::trace::Trace;
use crate::support::wait::until;

const GROUPS: &str = "GET /api/message_groups";
const CONVERSATION: &str = "GET /api/messages/@{handle}";
const SEND: &str = "POST /api/messages";
const READ: &str = "POST /api/messages/@{handle}/read";
const FIELD: &str = "send a direct message…";
const HELLO: &str = "I am not a merry man.";

/// The trace of loading a page of messages.
fn load() -> Expected {
    with_sidebar_requests(action("documentLoad"))
        .calls(ME)
        .calls(GROUPS)
}

/// Signs in, opens the conversation, and waits for its event stream.
async fn open_conversation(stack: &Stack, browser: &Browser, handle: &str, other: &str) {
    let streams = stack.page.requests.streams();
    sign_in(stack, browser, handle).await;
    browser.open(&format!("/messages/@{other}")).await;
    browser.find(&textbox(FIELD)).await;
    browser.expect_text("Suggested Users").await;
    expect_stream(stack, streams + 1).await;
}

async fn expect_stream(stack: &Stack, count: usize) {
    until("the event stream", async || {
        match stack.page.requests.streams() {
            streams if streams >= count => Ok(()),
            streams => Err(format!("{streams} streams")),
        }
    })
    .await;
}

/// Sends messages without a browser and without a trace.
async fn send_untraced(stack: &Stack, from: &str, to: &str, texts: impl Iterator<Item = String>) {
    let cookie = session_cookie(stack, from).await;
    for text in texts {
        let body = json!({ "message": text, "user_receiver_handle": to });
        post_untraced(stack, "/api/messages", &body, &cookie).await;
    }
}

/// Creates an account without a browser and without a trace.
async fn create_account(stack: &Stack, handle: &str) {
    let email = format!("{handle}@bajor.example");
    let sign_up = json!({
        "display_name": handle, "handle": handle, "email": email, "password": "the prophets teach",
    });
    post_untraced(stack, "/api/auth/signup", &sign_up, "").await;
    let code = stack.mailed_code(&email, 1).await;
    let confirmation = json!({ "email": email, "code": code });
    post_untraced(stack, "/api/auth/confirm", &confirmation, "").await;
}

async fn post_untraced(stack: &Stack, path: &str, body: &serde_json::Value, cookie: &str) {
    let url = format!("{}{path}", stack.api_url);
    let request = crate::support::http_client().post(url);
    let request = request
        .header(CONTENT_TYPE, "application/json")
        .header(COOKIE, cookie)
        .header("sec-fetch-site", "same-origin")
        .header("traceparent", NOT_SAMPLED);
    let response = request.body(body.to_string()).send().await;
    let response = response.expect("a response");
    assert!(
        response.status().is_success(),
        "{path}: {}",
        response.status()
    );
}

async fn send(browser: &Browser, text: &str) {
    browser.fill(&textbox(FIELD), text).await;
    browser.click(&button("Send")).await;
}

fn message(text: &str) -> Element {
    Element(format!("//*[@role='region']//li[contains(., '{text}')]"))
}

#[tokio::test(flavor = "multi_thread")]
async fn message_appears_live_at_the_receiver_in_a_linked_trace() {
    let mut stack = Stack::start().await;
    send_untraced(&stack, "worf", "londo", ["Hail.".to_owned()].into_iter()).await;
    let (worf, londo) = (stack.browser().await, stack.browser().await);
    open_conversation(&stack, &worf, "worf", "londo").await;
    open_conversation(&stack, &londo, "londo", "worf").await;
    londo.find(&message("Hail.")).await;
    let loads = [
        load().calls(CONVERSATION),
        load().calls(CONVERSATION).calls(READ),
    ];
    stack.expect_traces(&loads).await;

    send(&worf, HELLO).await;
    worf.find(&message(HELLO)).await;
    assert_eq!(worf.value(&textbox(FIELD)).await, "");
    londo.find(&message(HELLO)).await;
    let sent = action("message.send")
        .calls(SEND)
        .with_span("INSERT messages");
    let received = action("message.receive").calls(READ);
    let [worfs_load, londos_load] = loads;
    let journey = [worfs_load, londos_load, sent, received];
    stack.expect_traces(&journey).await;
    expect_link(&stack.traces().await[3], &stack.traces().await[2]);
    worf.leave().await;
    stack.expect_traces_after_shutdown(&londo, &journey).await;
}

/// The root of the first trace links to a span of the second.
fn expect_link(from: &Trace, to: &Trace) {
    let links = &from.roots().next().expect("a root").links;
    let is_in = |link: &&(String, String)| {
        let mut spans = to.spans.iter();
        spans.any(|span| (&span.trace_id, &span.span_id) == (&link.0, &link.1))
    };
    assert_eq!(links.iter().filter(is_in).count(), 1, "{links:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn first_message_from_a_profile_is_one_trace_and_counted_at_the_receiver() {
    let mut stack = Stack::start().await;
    let (worf, londo) = (stack.browser().await, stack.browser().await);
    sign_in(&stack, &londo, "londo").await;
    open_home(&londo).await;
    expect_stream(&stack, 1).await;
    sign_in(&stack, &worf, "worf").await;
    worf.open("/@londo").await;
    worf.expect_text("Suggested Users").await;
    expect_stream(&stack, 2).await;
    worf.click(&button("Message")).await;
    worf.expect_text("No messages yet").await;
    send(&worf, HELLO).await;
    worf.find(&message(HELLO)).await;
    let unread = "//nav//a[contains(., 'Messages')][contains(., '1 unread')]";
    londo.find(&Element(unread.to_owned())).await;
    let profile = with_sidebar_requests(action("documentLoad"))
        .calls(ME)
        .calls(PROFILE_FEED)
        .calls(USER);
    let opened = action("conversation.open")
        .calls(GROUPS)
        .calls(CONVERSATION);
    // The conversation is new, so the list is loaded again.
    let sent = action("message.send").calls(SEND).calls(GROUPS);
    let received = action("message.receive");
    let journey = [signed_in_home_load(), profile, opened, sent, received];
    stack.expect_traces(&journey).await;
    worf.leave().await;
    stack.expect_traces_after_shutdown(&londo, &journey).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn list_of_conversations_is_opened_in_one_trace() {
    let mut stack = Stack::start().await;
    send_untraced(
        &stack,
        "londo",
        "worf",
        ["Mister Worf.".to_owned()].into_iter(),
    )
    .await;
    let browser = stack.browser().await;
    sign_in(&stack, &browser, "worf").await;
    open_home(&browser).await;
    browser.click(&link_with("Messages")).await;
    browser.expect_text("Mister Worf.").await;
    browser.click(&link_with("Mister Worf.")).await;
    browser.find(&message("Mister Worf.")).await;
    let opened = action("conversation.open")
        .calls(GROUPS)
        .calls(CONVERSATION)
        .calls(READ);
    let journey = [
        signed_in_home_load(),
        action("messages.open").calls(GROUPS),
        opened,
    ];
    stack.expect_traces_after_shutdown(&browser, &journey).await;
}

/// 20 conversations are on a page.
#[tokio::test(flavor = "multi_thread")]
async fn second_page_of_conversations_is_one_trace() {
    let mut stack = Stack::start().await;
    let cookie = session_cookie(&stack, "worf").await;
    let strangers: Vec<String> = (1..=17).map(|number| format!("vedek_{number}")).collect();
    for handle in &strangers {
        create_account(&stack, handle).await;
    }
    let demo = ["londo", "garek", "bayko", "andrewbrown"];
    let receivers = demo.into_iter().chain(strangers.iter().map(String::as_str));
    for handle in receivers {
        let body = json!({ "message": HELLO, "user_receiver_handle": handle });
        post_untraced(&stack, "/api/messages", &body, &cookie).await;
    }
    let browser = stack.browser().await;
    sign_in(&stack, &browser, "worf").await;
    browser.open("/messages").await;
    browser.expect_text("Suggested Users").await;
    let count = "return document.querySelectorAll('.groups li').length";
    browser
        .expect_script("a page", count, |count| *count == json!(20))
        .await;
    browser.click(&button("Load more")).await;
    let oldest = "return document.querySelector('.groups li:nth-child(21)')?.innerText ?? ''";
    browser
        .expect_script("the oldest conversation", oldest, |oldest| {
            oldest.as_str().is_some_and(|it| it.contains("Londo"))
        })
        .await;
    browser.expect_no_text("Load more").await;
    let more = action("conversations.load_more").calls(GROUPS);
    stack
        .expect_traces_after_shutdown(&browser, &[load(), more])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn draft_survives_a_reload_and_enter_sends_it_unless_an_input_method_composes() {
    let mut stack = Stack::start().await;
    let browser = stack.browser().await;
    open_conversation(&stack, &browser, "worf", "londo").await;
    browser.fill(&textbox(FIELD), "Keep me.").await;
    browser.reload().await;
    browser.expect_text("Suggested Users").await;
    expect_stream(&stack, 2).await;
    assert_eq!(browser.value(&textbox(FIELD)).await, "Keep me.");

    let field = browser.reference(&textbox(FIELD)).await;
    let keys = "for (const init of [{isComposing: true}, {keyCode: 229}, {shiftKey: true}])
        arguments[0].dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true, ...init}))";
    browser.script(keys, &[field]).await;
    browser.press(&textbox(FIELD), thirtyfour::Key::Enter).await;
    browser.find(&message("Keep me.")).await;
    let load = || load().calls(CONVERSATION);
    let sent = action("message.send").calls(SEND).calls(GROUPS);
    stack
        .expect_traces_after_shutdown(&browser, &[load(), load(), sent])
        .await;
}

/// Returns the position of a message, in whole pixels. Not an element of the driver, which takes everything above the
/// start of a list that scrolls from its end for invisible.
async fn top_of(browser: &Browser, text: &str) -> Option<i64> {
    let top = "const messages = [...document.querySelectorAll('[role=region] li')];
        const message = messages.find(it => it.innerText.includes(arguments[0]));
        return message ? Math.round(message.getBoundingClientRect().top) : null";
    browser.script(top, &[json!(text)]).await.as_i64()
}

#[tokio::test(flavor = "multi_thread")]
async fn older_messages_are_one_trace_and_keep_the_place() {
    let mut stack = Stack::start().await;
    let texts = (1..=45).map(|number| format!("message {number}."));
    send_untraced(&stack, "londo", "worf", texts).await;
    let browser = stack.browser().await;
    open_conversation(&stack, &browser, "worf", "londo").await;
    browser.find(&message("message 45.")).await;
    let scroll_top = "return document.querySelector('[role=region]').scrollTop";
    assert_eq!(browser.script(scroll_top, &[]).await, json!(0));

    let to_oldest = "document.querySelector('[role=region]').scrollTop = -1e6";
    browser.script(to_oldest, &[]).await;
    let before = top_of(&browser, "message 26.").await;
    browser.click(&button("Load older")).await;
    until("an older message", async || {
        let top = top_of(&browser, "message 6.").await;
        top.map(|_| ()).ok_or_else(|| "not shown".to_owned())
    })
    .await;
    assert_eq!(top_of(&browser, "message 26.").await, before);
    let load = load().calls(CONVERSATION).calls(READ);
    let older = action("conversation.load_older").calls(CONVERSATION);
    stack
        .expect_traces_after_shutdown(&browser, &[load, older])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_missed_while_the_back_end_was_away_are_loaded_in_one_trace() {
    let mut stack = Stack::start().await;
    send_untraced(&stack, "londo", "worf", ["Before.".to_owned()].into_iter()).await;
    let browser = stack.browser().await;
    open_conversation(&stack, &browser, "worf", "londo").await;
    browser.find(&message("Before.")).await;
    let load = load().calls(CONVERSATION).calls(READ);
    stack.expect_traces(std::slice::from_ref(&load)).await;

    stack.stop_back_end();
    let streams = stack.page.requests.streams();
    stack.restart_back_end().await;
    send_untraced(&stack, "londo", "worf", ["Missed.".to_owned()].into_iter()).await;
    expect_stream(&stack, streams + 1).await;
    browser.find(&message("Missed.")).await;
    let resumed = action("live.resume")
        .calls(GROUPS)
        .calls(CONVERSATION)
        .calls(READ);
    let received = action("message.receive").calls(READ);
    // The stream may be open again before the message is sent.
    until("the stored traces", async || {
        let traces = stack.traces().await;
        let names: Vec<_> = traces.iter().map(Trace::name).collect();
        match names[..] {
            ["documentLoad", "live.resume" | "message.receive"] => Ok(()),
            _ => Err(format!("{names:?}")),
        }
    })
    .await;
    let is_resumed = stack.traces().await[1].name() == "live.resume";
    let last = if is_resumed { resumed } else { received };
    stack
        .expect_traces_after_shutdown(&browser, &[load, last])
        .await;
}
