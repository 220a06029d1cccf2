//! Signing in and out.

use crate::steps::{
    HOME_FEED, ME, NOT_SAMPLED, PROFILE_FEED, USER, around_any_page, member_at_home, member_s_home,
    session_cookie, visitor_at_home, visitor_s_home,
};
use crate::support::element::{button, form, link_with, textbox};
use crate::support::stack::Stack;
use crate::support::traces::expect::action;

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_is_one_trace() {
    let (mut stack, browser) = visitor_at_home().await;
    browser.click(&button("Sign In")).await;
    browser
        .fill(&textbox("Email"), "andrewbrown@example.com")
        .await;
    browser.fill(&textbox("Password"), "cruddur-demo").await;
    browser.click(&button("Sign In")).await;
    browser.see("Andrew Brown").await;
    browser.see("Notifications").await;
    let open = action("click Sign In").with_span("navigate /signin");
    let sign_in = action("account.sign_in")
        .calls("POST /api/auth/signin")
        .calls(HOME_FEED);
    stack
        .ends_with(&browser, &[visitor_s_home(), open, sign_in])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_said_in_the_form_and_keeps_the_email() {
    let mut stack = Stack::start().await;
    let browser = stack.browser().await;
    browser.open("/signin").await;
    browser
        .fill(&textbox("Email"), "andrewbrown@example.com")
        .await;
    browser.fill(&textbox("Password"), "guess").await;
    browser.click(&button("Sign In").within(&form())).await;
    browser.see("No account has this email and password.").await;
    assert_eq!(
        browser.value(&textbox("Email")).await,
        "andrewbrown@example.com"
    );
    assert_eq!(browser.console_errors().await, [""; 0]);
    let load = around_any_page(action("documentLoad")).calls_without_sql(ME);
    let refused = action("account.sign_in")
        .calls("POST /api/auth/signin")
        .fails();
    stack.ends_with(&browser, &[load, refused]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_is_one_trace() {
    let (mut stack, browser) = member_at_home("andrewbrown").await;
    browser.click(&button("Sign Out")).await;
    browser.see("Join The Party!").await;
    let sign_out = action("account.sign_out")
        .calls("POST /api/auth/signout")
        .calls(HOME_FEED);
    stack
        .ends_with(&browser, &[member_s_home(), sign_out])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_everywhere_ends_the_session_of_another_browser_too() {
    let (mut stack, browser) = member_at_home("andrewbrown").await;
    let elsewhere = session_cookie(&stack, "andrewbrown").await;
    assert!(who_is(&stack, &elsewhere).await.contains("Andrew Brown"));
    browser.click(&link_with("Profile")).await;
    browser.click(&button("Sign out everywhere")).await;
    browser.see("Join The Party!").await;
    assert_eq!(who_is(&stack, &elsewhere).await, "null");
    let profile = action("click Profile").calls(PROFILE_FEED).calls(USER);
    let sign_out = action("account.sign_out_everywhere")
        .calls("POST /api/auth/signout-everywhere")
        .calls(PROFILE_FEED);
    stack
        .ends_with(&browser, &[member_s_home(), profile, sign_out])
        .await;
}

/// Whom the back end takes the holder of this cookie for, outside of any trace.
async fn who_is(stack: &Stack, cookie: &str) -> String {
    let client = reqwest::Client::builder().no_proxy().build();
    let client = client.expect("a plain HTTP client");
    let request = client.get(format!("{}/api/auth/me", stack.api_url));
    let request = request
        .header("cookie", cookie)
        .header("sec-fetch-site", "same-origin")
        .header("traceparent", NOT_SAMPLED);
    let answer = request.send().await.expect("the back end to answer");
    answer.text().await.expect("a body")
}
