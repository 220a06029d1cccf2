//! Sign-up, recovery, the profile and the sessions of an account.

use crate::steps::{
    HOME_FEED, ME, PROFILE_FEED, USER, session_cookie, sign_in, signed_in_at_home,
    signed_in_home_load, signed_out_at_home, signed_out_home_load, with_sidebar_requests,
};
use crate::support::browser::Browser;
use crate::support::element::{button, form, link_with, textbox};
use crate::support::stack::Stack;
use crate::support::traces::expect::{Expected, action};

const EMAIL: &str = "kira@bajor.example";
const PASSWORD: &str = "the prophets teach";
const NEW_PASSWORD: &str = "the sisko is of us";

async fn fill_sign_up(browser: &Browser) {
    browser.fill(&textbox("Name"), "Kira Nerys").await;
    browser.fill(&textbox("Email"), EMAIL).await;
    browser.fill(&textbox("Username"), "kira_n").await;
    browser.fill(&textbox("Password"), PASSWORD).await;
}

async fn submit(browser: &Browser, name: &str) {
    browser.click(&button(name).within(&form())).await;
}

/// Signs up, confirms and signs in. Returns the traces of these actions.
async fn join(stack: &Stack, browser: &Browser) -> Vec<Expected> {
    browser.click(&button("Join Now!")).await;
    fill_sign_up(browser).await;
    submit(browser, "Sign Up").await;
    browser.expect_text("Check your mail").await;
    let code = stack.mailed_code(EMAIL, 1).await;
    browser.fill(&textbox("Code"), &code).await;
    submit(browser, "Confirm").await;
    browser.expect_text("Welcome back").await;
    assert_eq!(browser.value(&textbox("Email")).await, EMAIL);
    browser.fill(&textbox("Password"), PASSWORD).await;
    submit(browser, "Sign In").await;
    browser.expect_text("Kira Nerys").await;
    vec![
        signed_out_home_load(),
        action("click Join Now!").with_span("navigate /signup"),
        action("account.sign_up")
            .calls("POST /api/auth/signup")
            .with_span("mail send")
            .with_span("navigate /confirm"),
        action("account.confirm")
            .calls("POST /api/auth/confirm")
            .with_span("navigate /signin"),
        signed_in(),
    ]
}

fn signed_in() -> Expected {
    action("account.sign_in")
        .calls("POST /api/auth/signin")
        .calls(HOME_FEED)
}

fn opened_account() -> Expected {
    action("click Edit profile")
        .calls(USER)
        .calls("GET /api/auth/sessions")
}

#[tokio::test(flavor = "multi_thread")]
async fn new_account_is_confirmed_edited_and_recovered_in_one_trace_per_action() {
    let (mut stack, browser) = signed_out_at_home().await;
    let mut journey = join(&stack, &browser).await;

    browser.click(&link_with("Profile")).await;
    browser.click(&link_with("Edit profile")).await;
    browser.expect_text("This device").await;
    browser.fill(&textbox("Name"), "Colonel Kira").await;
    submit(&browser, "Save").await;
    browser.expect_text("Profile saved").await;
    browser.click(&button("Sign Out")).await;
    browser.expect_text("You are signed out").await;
    journey.extend([
        action("click Profile").calls(PROFILE_FEED).calls(USER),
        opened_account(),
        action("profile.edit").calls("PUT /api/profile"),
        action("account.sign_out").calls("POST /api/auth/signout"),
    ]);

    browser.click(&button("Sign In")).await;
    browser.click(&link_with("Forgot password?")).await;
    submit(&browser, "Send code").await;
    let code = stack.mailed_code(EMAIL, 2).await;
    browser.fill(&textbox("Code"), &code).await;
    browser.fill(&textbox("New password"), NEW_PASSWORD).await;
    submit(&browser, "Set new password").await;
    browser.expect_text("Your password is changed").await;
    browser.fill(&textbox("Password"), NEW_PASSWORD).await;
    submit(&browser, "Sign In").await;
    browser.expect_text("Colonel Kira").await;
    journey.extend([
        action("click Sign In").with_span("navigate /signin"),
        action("click Forgot password?").with_span("navigate /forgot"),
        action("account.recover")
            .calls("POST /api/auth/recover")
            .with_span("mail send"),
        action("account.reset")
            .calls("POST /api/auth/reset")
            .with_span("navigate /signin"),
        // Where the user was before: the account.
        action("account.sign_in")
            .calls("POST /api/auth/signin")
            .calls(USER)
            .calls("GET /api/auth/sessions"),
    ]);
    assert_eq!(browser.console_errors().await, [""; 0]);
    stack.expect_traces_after_shutdown(&browser, &journey).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_fields_have_errors_and_the_first_one_gets_the_focus() {
    let mut stack = Stack::start().await;
    let browser = stack.browser().await;
    browser.open("/signup").await;
    fill_sign_up(&browser).await;
    browser.fill(&textbox("Email"), "kira").await;
    browser.fill(&textbox("Username"), "worf").await;
    submit(&browser, "Sign Up").await;
    browser
        .expect_text("Enter an address such as name@example.com.")
        .await;
    browser
        .expect_attribute(&textbox("Email"), "aria-invalid", "true")
        .await;
    assert_eq!(focused(&browser).await, "email");
    // Only the server knows that the handle is taken.
    browser.fill(&textbox("Email"), EMAIL).await;
    submit(&browser, "Sign Up").await;
    browser.expect_text("This username is taken.").await;
    assert_eq!(focused(&browser).await, "username");
    assert_eq!(browser.value(&textbox("Name")).await, "Kira Nerys");
    let load = with_sidebar_requests(action("documentLoad")).calls_without_sql(ME);
    let journey = [
        load,
        action("account.sign_up").fails(),
        action("account.sign_up")
            .calls("POST /api/auth/signup")
            .fails(),
    ];
    stack.expect_traces_after_shutdown(&browser, &journey).await;
}

async fn focused(browser: &Browser) -> String {
    let id = browser
        .script("return document.activeElement.id", &[])
        .await;
    id.as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_code_fails_and_another_one_is_sent() {
    let (mut stack, browser) = signed_out_at_home().await;
    browser.click(&button("Join Now!")).await;
    fill_sign_up(&browser).await;
    submit(&browser, "Sign Up").await;
    stack.mailed_code(EMAIL, 1).await;
    browser.fill(&textbox("Code"), "0").await;
    submit(&browser, "Confirm").await;
    browser
        .expect_text("This code is wrong or has expired.")
        .await;
    browser.click(&button("Send another code")).await;
    browser.expect_text("we sent another one").await;
    let code = stack.mailed_code(EMAIL, 2).await;
    browser.fill(&textbox("Code"), &code).await;
    submit(&browser, "Confirm").await;
    browser.expect_text("Your account is ready.").await;
    let confirm = || action("account.confirm").calls("POST /api/auth/confirm");
    let journey = [
        signed_out_home_load(),
        action("click Join Now!").with_span("navigate /signup"),
        action("account.sign_up").calls("POST /api/auth/signup"),
        confirm().fails(),
        action("account.resend")
            .calls("POST /api/auth/resend")
            .with_span("mail send"),
        confirm(),
    ];
    stack.expect_traces_after_shutdown(&browser, &journey).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn session_on_another_device_is_ended() {
    let (mut stack, browser) = signed_in_at_home("worf").await;
    session_cookie(&stack, "worf").await;
    browser.click(&link_with("Profile")).await;
    browser.click(&link_with("Edit profile")).await;
    browser.click(&button("End session: Unknown device")).await;
    browser.expect_text("Session ended").await;
    browser.expect_no_text("End session").await;
    let journey = [
        signed_in_home_load(),
        action("click Profile").calls(PROFILE_FEED).calls(USER),
        opened_account(),
        action("session.revoke").calls("DELETE /api/auth/sessions/{uuid}"),
    ];
    stack.expect_traces_after_shutdown(&browser, &journey).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn account_opened_by_its_url_is_one_trace() {
    let mut stack = Stack::start().await;
    let browser = stack.browser().await;
    sign_in(&stack, &browser, "worf").await;
    browser.open("/more").await;
    browser.expect_text("This device").await;
    let load = with_sidebar_requests(action("documentLoad").calls(ME))
        .calls(USER)
        .calls("GET /api/auth/sessions");
    stack.expect_traces_after_shutdown(&browser, &[load]).await;
}
