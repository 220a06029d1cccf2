//! Sign-in and sign-out.

use crate::steps::{
    HOME_FEED, ME, NOT_SAMPLED, USER, session_cookie, signed_in_at_home, signed_in_home_load,
    signed_out_at_home, signed_out_home_load, with_sidebar_requests,
};
use crate::support::element::{button, form, link_with, textbox};
use crate::support::stack::Stack;
use crate::support::traces::expect::action;

#[tokio::test(flavor = "multi_thread")]
async fn sign_in_is_one_trace() {
    let (mut stack, browser) = signed_out_at_home().await;
    browser.click(&button("Sign In")).await;
    browser
        .fill(&textbox("Email"), "andrewbrown@example.com")
        .await;
    browser.fill(&textbox("Password"), "cruddur-demo").await;
    browser.click(&button("Sign In")).await;
    browser.expect_text("Andrew Brown").await;
    browser.expect_text("Notifications").await;
    let open = action("click Sign In").with_span("navigate /signin");
    let sign_in = action("account.sign_in")
        .calls("POST /api/auth/signin")
        .calls(HOME_FEED);
    stack
        .expect_traces_after_shutdown(&browser, &[signed_out_home_load(), open, sign_in])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_password_shows_an_error_and_preserves_the_email() {
    let mut stack = Stack::start().await;
    let browser = stack.browser().await;
    browser.open("/signin").await;
    browser
        .fill(&textbox("Email"), "andrewbrown@example.com")
        .await;
    browser.fill(&textbox("Password"), "guess").await;
    browser.click(&button("Sign In").within(&form())).await;
    browser
        .expect_text("No account has this email and password.")
        .await;
    assert_eq!(
        browser.value(&textbox("Email")).await,
        "andrewbrown@example.com"
    );
    assert_eq!(browser.console_errors().await, [""; 0]);
    let load = with_sidebar_requests(action("documentLoad")).calls_without_sql(ME);
    let rejected = action("account.sign_in")
        .calls("POST /api/auth/signin")
        .fails();
    stack
        .expect_traces_after_shutdown(&browser, &[load, rejected])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_out_is_one_trace() {
    let (mut stack, browser) = signed_in_at_home("andrewbrown").await;
    browser.click(&button("Sign Out")).await;
    browser.expect_text("Join The Party!").await;
    let sign_out = action("account.sign_out")
        .calls("POST /api/auth/signout")
        .calls(HOME_FEED);
    stack
        .expect_traces_after_shutdown(&browser, &[signed_in_home_load(), sign_out])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_out_everywhere_ends_other_sessions() {
    let (mut stack, browser) = signed_in_at_home("andrewbrown").await;
    let other_session = session_cookie(&stack, "andrewbrown").await;
    assert!(
        account_of(&stack, &other_session)
            .await
            .contains("Andrew Brown")
    );
    browser.click(&button("More")).await;
    browser.click(&link_with("Account")).await;
    browser.click(&button("Sign out everywhere")).await;
    browser.expect_text("You are signed out").await;
    assert_eq!(account_of(&stack, &other_session).await, "null");
    let account = action("click Account")
        .calls(USER)
        .calls("GET /api/auth/sessions");
    let sign_out = action("account.sign_out_everywhere").calls("POST /api/auth/signout-everywhere");
    let journey = [
        signed_in_home_load(),
        action("more.open"),
        account,
        sign_out,
    ];
    stack.expect_traces_after_shutdown(&browser, &journey).await;
}

/// Returns the back end's response to `GET /api/auth/me` with this cookie, without recording a trace.
async fn account_of(stack: &Stack, cookie: &str) -> String {
    let request = crate::support::http_client().get(format!("{}/api/auth/me", stack.api_url));
    let request = request
        .header("cookie", cookie)
        .header("sec-fetch-site", "same-origin")
        .header("traceparent", NOT_SAMPLED);
    let response = request.send().await.expect("the back end to respond");
    response.text().await.expect("a body")
}
