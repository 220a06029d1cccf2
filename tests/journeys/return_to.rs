//! The sign-in returns to where the user was, and completes the action that needed it.

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::steps::{
    COMPOSER, HOME_FEED, LIKE, ME, PROFILE_FEED, SUBNET, TAILOR, USER, like_path,
    signed_in_at_home, signed_out_at_home, signed_out_home_load, uuid_of, with_sidebar_requests,
};
use crate::support::browser::Browser;
use crate::support::element::{Element, button, dialog, form, heading, link_with, textbox};
use crate::support::faults::Fault;
use crate::support::stack::Stack;
use crate::support::traces::expect::{Expected, action};

const SIGN_IN: &str = "POST /api/auth/signin";

/// Follows the dialog to the sign-in page.
async fn follow_dialog(browser: &Browser) {
    browser.click(&button("Sign In").within(&dialog())).await;
    browser.expect_text("Welcome back").await;
}

async fn sign_in_as_worf(browser: &Browser) {
    browser.fill(&textbox("Email"), "worf@example.com").await;
    browser.fill(&textbox("Password"), "cruddur-demo").await;
    browser.click(&button("Sign In").within(&form())).await;
    browser.expect_no_text("Welcome back").await;
}

fn main() -> Element {
    Element("//main".to_owned())
}

fn opened_sign_in() -> Expected {
    action("click Sign In").with_span("navigate /signin")
}

#[tokio::test(flavor = "multi_thread")]
async fn like_is_completed_in_the_trace_of_the_sign_in() {
    let (mut stack, browser) = signed_out_at_home().await;
    browser.click(&button("Like").of_crud(SUBNET)).await;
    follow_dialog(&browser).await;
    sign_in_as_worf(&browser).await;
    browser
        .expect_attribute(&button("Like").of_crud(SUBNET), "aria-pressed", "true")
        .await;
    browser.expect_focus(&heading("Home")).await;
    assert_eq!(browser.url().await, format!("{}/", stack.page.origin));
    let signed_in = action("account.sign_in")
        .calls(SIGN_IN)
        .with_span("crud.like")
        .calls(LIKE)
        .calls(HOME_FEED);
    let journey = [
        signed_out_home_load(),
        action("crud.like"),
        opened_sign_in(),
        signed_in,
    ];
    stack.expect_traces_after_shutdown(&browser, &journey).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_in_returns_to_the_scroll_position() {
    const SCROLLED: f64 = 400.0;
    let (_stack, browser) = signed_out_at_home().await;
    browser
        .script(&format!("scrollTo(0, {SCROLLED})"), &[])
        .await;
    // Not a click of the driver, which would scroll.
    let join = "[...document.querySelectorAll('nav button')].find(it => it.innerText === 'Sign In').click()";
    browser.script(join, &[]).await;
    browser.expect_text("Welcome back").await;
    sign_in_as_worf(&browser).await;
    browser
        .expect_script("the position", "return scrollY", |y| *y == SCROLLED)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reply_dialog_opens_after_the_sign_in_on_the_page_of_the_crud_author() {
    let (mut stack, browser) = signed_out_at_home().await;
    browser.click(&link_with("@londo").of_crud(SUBNET)).await;
    browser.expect_focus(&heading("Londo Mollari")).await;
    browser.click(&button("Reply").of_crud(SUBNET)).await;
    follow_dialog(&browser).await;
    // A detour does not lose the way back.
    browser.click(&link_with("Create an account")).await;
    browser.click(&link_with("Sign in instead")).await;
    sign_in_as_worf(&browser).await;
    browser.find(&textbox("what is your reply?")).await;
    assert!(browser.url().await.ends_with("/@londo"));
    let profile = |action: Expected| action.calls(PROFILE_FEED).calls(USER);
    let journey = [
        signed_out_home_load(),
        profile(action("profile.open")),
        action("reply.open"),
        opened_sign_in(),
        action("click Create an account").with_span("navigate /signup"),
        action("click Sign in instead").with_span("navigate /signin"),
        profile(action("account.sign_in").calls(SIGN_IN)),
    ];
    stack.expect_traces_after_shutdown(&browser, &journey).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn message_button_leads_to_the_conversation_through_the_sign_in() {
    let (_stack, browser) = signed_out_at_home().await;
    browser.click(&link_with("@londo").of_crud(SUBNET)).await;
    browser.click(&button("Message")).await;
    follow_dialog(&browser).await;
    sign_in_as_worf(&browser).await;
    browser.find(&textbox("send a direct message…")).await;
    assert!(browser.url().await.ends_with("/messages/@londo"));
}

#[tokio::test(flavor = "multi_thread")]
async fn action_is_forgotten_when_the_user_goes_elsewhere() {
    let (stack, browser) = signed_out_at_home().await;
    let path = like_path(&uuid_of(&browser, SUBNET).await);
    browser.click(&button("Like").of_crud(SUBNET)).await;
    follow_dialog(&browser).await;
    browser.click(&link_with("Home")).await;
    browser.expect_text(SUBNET).await;
    browser.click(&button("Sign In")).await;
    sign_in_as_worf(&browser).await;
    browser.expect_text(SUBNET).await;
    assert_eq!(stack.page.requests.responses_to(&path), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn deletion_with_an_expired_session_is_not_completed_after_the_sign_in() {
    let (stack, browser) = signed_in_at_home("andrewbrown").await;
    browser.click(&button("Crud")).await;
    browser.fill(&textbox(COMPOSER), "Delete me, maybe.").await;
    browser.click(&button("Crud").within(&dialog())).await;
    let path = format!(
        "/api/activities/{}",
        uuid_of(&browser, "Delete me, maybe.").await
    );
    let expired = Fault::Respond(StatusCode::UNAUTHORIZED, json!({}));
    stack.page.faults.on(Method::DELETE, &path, expired);
    let delete = button("Delete").of_crud("Delete me, maybe.");
    browser.click(&delete).await;
    browser.click(&button("Delete").within(&dialog())).await;
    follow_dialog(&browser).await;
    stack.page.faults.clear();
    browser
        .fill(&textbox("Email"), "andrewbrown@example.com")
        .await;
    browser.fill(&textbox("Password"), "cruddur-demo").await;
    browser.click(&button("Sign In").within(&form())).await;
    browser.find(&delete).await;
    // Only the attempt that failed.
    assert_eq!(stack.page.requests.responses_to(&path), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn like_with_an_expired_session_is_completed_after_the_sign_in() {
    let (stack, browser) = signed_in_at_home("worf").await;
    let path = like_path(&uuid_of(&browser, TAILOR).await);
    let expired = Fault::Respond(StatusCode::UNAUTHORIZED, json!({}));
    stack.page.faults.on(Method::PUT, &path, expired);
    browser.click(&button("Like").of_crud(TAILOR)).await;
    follow_dialog(&browser).await;
    stack.page.faults.clear();
    sign_in_as_worf(&browser).await;
    browser
        .expect_attribute(&button("Like").of_crud(TAILOR), "aria-pressed", "true")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn return_to_another_site_is_refused() {
    let stack = Stack::start().await;
    for target in [
        "//evil.example/",
        "/%5Cevil.example",
        "javascript%3Aalert(1)",
        "https%3A//evil.example/@worf",
        "/%09/evil.example",
    ] {
        let browser = stack.browser().await;
        browser.open(&format!("/signin?return_to={target}")).await;
        sign_in_as_worf(&browser).await;
        browser.expect_text(SUBNET).await;
        assert_eq!(
            browser.url().await,
            format!("{}/", stack.page.origin),
            "{target}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn return_to_a_search_survives_a_reload_of_the_sign_in_page() {
    let stack = Stack::start().await;
    let browser = stack.browser().await;
    browser.open("/search?term=%23tea%20time").await;
    browser.click(&button("Sign In")).await;
    browser.expect_text("Welcome back").await;
    browser.reload().await;
    sign_in_as_worf(&browser).await;
    let url = browser.url().await;
    assert!(url.ends_with("/search?term=%23tea%20time"), "{url}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_need_the_account_are_loaded_after_the_sign_in() {
    let stack = Stack::start().await;
    for (path, text) in [
        ("/notifications", "replied to you"),
        ("/messages", "Choose a conversation"),
        ("/more", "This device"),
    ] {
        let browser = stack.browser().await;
        browser.open(path).await;
        browser.click(&button("Sign In").within(&main())).await;
        browser.expect_text("Welcome back").await;
        browser
            .fill(&textbox("Email"), "andrewbrown@example.com")
            .await;
        browser.fill(&textbox("Password"), "cruddur-demo").await;
        browser.click(&button("Sign In").within(&form())).await;
        browser.expect_text(text).await;
        browser.expect_no_text("Loading").await;
        assert!(browser.url().await.ends_with(path));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_opened_while_signed_out_send_no_request_that_fails() {
    let mut stack = Stack::start().await;
    let browser = stack.browser().await;
    for path in ["/messages", "/messages/@worf"] {
        browser.open(path).await;
        browser.expect_text("Sign in to see your messages").await;
        browser.expect_text("Suggested Users").await;
    }
    let load = || with_sidebar_requests(action("documentLoad")).calls_without_sql(ME);
    stack
        .expect_traces_after_shutdown(&browser, &[load(), load()])
        .await;
}
