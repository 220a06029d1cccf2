//! Signing in and out.

use crate::steps::{
    HOME_FEED, ME, around_any_page, member_at_home, member_s_home, visitor_at_home, visitor_s_home,
};
use crate::support::element::{button, form, textbox};
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
