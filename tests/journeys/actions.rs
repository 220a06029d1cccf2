//! Actions that no other journey ends in the trace of, and pages that are opened by their URL.
//!
//! `docs/actions.md` lists all actions.

use crate::steps::{
    COMPOSER, ME, PROFILE_FEED, SUBNET, TAILOR, USER, open_crud, post_untraced, signed_in_at_home,
    signed_in_home_load, signed_out_at_home, signed_out_home_load, uuid_of, with_sidebar_requests,
};
use crate::support::element::{
    Element, button, combobox, crud, dialog, form, heading, link, link_with, textbox,
};
use crate::support::stack::Stack;
use crate::support::traces::expect::action;
use thirtyfour::Key;

const CRUD: &str = "GET /api/activities/{uuid}";
const SEARCH: &str = "GET /api/activities/search";

#[tokio::test(flavor = "multi_thread")]
async fn dialogs_are_opened_and_closed_in_one_trace_each() {
    let (mut stack, browser) = signed_in_at_home("worf").await;
    browser.click(&button("Crud")).await;
    let ttl = browser.reference(&combobox("Expires after")).await;
    let choose = "arguments[0].value = '1-hour'; arguments[0].dispatchEvent(new Event('change', {bubbles: true}))";
    browser.script(choose, &[ttl]).await;
    browser.press_key(Key::Escape).await;
    browser.expect_no_text("New crud").await;
    browser.click(&button("Reply").of_crud(TAILOR)).await;
    browser.click(&button("Close").within(&dialog())).await;
    browser.expect_focus(&button("Reply").of_crud(TAILOR)).await;
    let journey = [
        signed_in_home_load(),
        action("composer.open"),
        action("ttl.change"),
        action("composer.close"),
        action("reply.open"),
        action("reply.close"),
    ];
    stack.expect_traces_after_shutdown(&browser, &journey).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deletion_is_one_trace_and_focuses_the_heading() {
    let stack = Stack::start().await;
    post_untraced(&stack, "worf", "A warrior deletes this.").await;
    let browser = stack.browser().await;
    crate::steps::sign_in(&stack, &browser, "worf").await;
    crate::steps::open_home(&browser).await;
    let mut stack = stack;
    browser
        .click(&button("Delete").of_crud("A warrior deletes this."))
        .await;
    browser.click(&button("Delete").within(&dialog())).await;
    browser.expect_no_text("A warrior deletes this.").await;
    browser.expect_focus(&heading("Home")).await;
    let deleted = action("crud.delete")
        .calls("DELETE /api/activities/{uuid}")
        .with_span("DELETE activities");
    let journey = [signed_in_home_load(), action("click Delete"), deleted];
    stack.expect_traces_after_shutdown(&browser, &journey).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn share_and_undone_repost_are_one_trace_each() {
    let (mut stack, browser) = signed_in_at_home("worf").await;
    let repost = button("Repost").of_crud(SUBNET);
    browser.click(&repost).await;
    browser
        .expect_attribute(&repost, "aria-pressed", "true")
        .await;
    browser.expect_text("Reposted").await;
    browser.click(&repost).await;
    browser.expect_text("Repost removed").await;
    let share = "navigator.share = data => { window.shared = data.url; return Promise.resolve(); }";
    browser.script(share, &[]).await;
    let uuid = uuid_of(&browser, SUBNET).await;
    browser.click(&button("Share").of_crud(SUBNET)).await;
    browser.expect_text("Shared").await;
    let shared = browser.script("return shared", &[]).await;
    assert!(
        shared.as_str().is_some_and(|url| url.ends_with(&uuid)),
        "{shared}"
    );
    let path = "/api/activities/{uuid}/repost";
    let journey = [
        signed_in_home_load(),
        action("crud.repost").calls(&format!("PUT {path}")),
        action("crud.unrepost").calls(&format!("DELETE {path}")),
        action("crud.share"),
    ];
    stack.expect_traces_after_shutdown(&browser, &journey).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn controls_of_the_page_are_one_trace_each() {
    let (mut stack, browser) = signed_out_at_home().await;
    browser.press_key(Key::Tab).await;
    browser.press_key(Key::Enter).await;
    browser.expect_focus(&heading("Home")).await;
    browser.click(&button("More")).await;
    browser.click(&button("Light")).await;
    browser.press_key(Key::Escape).await;
    browser.click(&button("Sign In")).await;
    browser.click(&button("garek")).await;
    browser
        .expect_script(
            "an email",
            "return document.querySelector('#email').value",
            |it| it == "garek@example.com",
        )
        .await;
    browser.click(&button("Show password")).await;
    browser
        .expect_attribute(&textbox("Password"), "type", "text")
        .await;
    browser.click(&link_with("Forgot password?")).await;
    browser.fill(&textbox("Email"), "garek@example.com").await;
    browser.click(&button("Send code").within(&form())).await;
    browser.click(&button("Use another address")).await;
    browser.find(&button("Send code")).await;
    let journey = [
        signed_out_home_load(),
        action("content.skip_to"),
        action("more.open"),
        action("theme.change"),
        action("click Sign In").with_span("navigate /signin"),
        action("demo.choose"),
        action("password.show"),
        action("click Forgot password?").with_span("navigate /forgot"),
        action("account.recover").calls("POST /api/auth/recover"),
        action("recovery.change_email"),
    ];
    stack.expect_traces_after_shutdown(&browser, &journey).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hashtag_and_long_text_are_one_trace_each() {
    let mut stack = Stack::start().await;
    let tall = format!("Top #qapla{}Bottom", "\n".repeat(39));
    post_untraced(&stack, "worf", &tall).await;
    let browser = stack.browser().await;
    browser.open("/").await;
    browser.expect_text("Suggested Users").await;
    browser.click(&button("Show more")).await;
    browser.expect_no_text("Show more").await;
    browser.click(&link("#qapla").of_crud("Top")).await;
    browser.expect_no_text(TAILOR).await;
    browser.find(&crud("Top")).await;
    let journey = [
        signed_out_home_load(),
        action("message.expand"),
        action("hashtag.open")
            .with_span("navigate /search")
            .calls(SEARCH),
    ];
    stack.expect_traces_after_shutdown(&browser, &journey).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn page_opened_by_its_url_is_one_trace() {
    let (stack, browser) = signed_out_at_home().await;
    let uuid = uuid_of(&browser, SUBNET).await;
    let load = || with_sidebar_requests(action("documentLoad")).calls_without_sql(ME);
    let mut journey = vec![signed_out_home_load()];
    for (path, text, load) in [
        (format!("/@londo/status/{uuid}"), SUBNET, load().calls(CRUD)),
        (
            "/@londo".to_owned(),
            SUBNET,
            load().calls(PROFILE_FEED).calls(USER),
        ),
        (
            "/search?term=prune".to_owned(),
            "I am out of prune juice",
            load().calls(SEARCH),
        ),
        ("/notifications".to_owned(), "Sign in to see", load()),
        ("/signup".to_owned(), "Join The Party!", load()),
        ("/signin".to_owned(), "Welcome back", load()),
        ("/confirm".to_owned(), "Check your mail", load()),
        ("/forgot".to_owned(), "Choose a new password", load()),
        ("/no/such/page".to_owned(), "Page not found", load()),
    ] {
        browser.open(&path).await;
        browser.expect_text(text).await;
        browser.expect_text("Suggested Users").await;
        journey.push(load);
        stack.expect_traces(&journey).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forward_and_the_back_button_of_the_page_are_one_trace_each() {
    let (mut stack, browser) = signed_out_at_home().await;
    open_crud(&browser, SUBNET).await;
    browser.expect_no_text(TAILOR).await;
    browser.click(&button("Back")).await;
    browser.expect_text(TAILOR).await;
    browser.expect_focus(&heading("Home")).await;
    browser.script("history.forward()", &[]).await;
    browser.expect_no_text(TAILOR).await;
    browser.expect_focus(&heading("Crud")).await;
    let journey = [
        signed_out_home_load(),
        action("crud.open")
            .with_span("navigate /@:handle/status/:uuid")
            .calls(CRUD),
        action("navigate /"),
        action("navigate /@:handle/status/:uuid"),
    ];
    stack.expect_traces_after_shutdown(&browser, &journey).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn composer_keeps_the_text_that_is_not_sent() {
    let (_stack, browser) = signed_in_at_home("worf").await;
    browser.click(&button("Crud")).await;
    browser.fill(&textbox(COMPOSER), "not yet").await;
    browser.press_key(Key::Escape).await;
    browser.expect_no_text("New crud").await;
    browser.click(&button("Crud")).await;
    assert_eq!(browser.value(&textbox(COMPOSER)).await, "not yet");
    browser.find(&Element("//dialog[@open]".to_owned())).await;
}
