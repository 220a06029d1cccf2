//! Reading feeds: home, profiles, single cruds, notifications.

use crate::steps::{
    ME, PROFILE_FEED, SUBNET, TAILOR, USER, open_crud, sign_in, signed_in_at_home,
    signed_in_home_load, signed_out_at_home, signed_out_home_load, with_sidebar_requests,
};
use crate::support::element::{button, heading, link_with};
use crate::support::stack::Stack;
use crate::support::traces::expect::action;

const CRUD: &str = "GET /api/activities/{uuid}";

#[tokio::test(flavor = "multi_thread")]
async fn page_load_is_one_trace_from_the_document_to_the_database() {
    let (mut stack, browser) = signed_out_at_home().await;
    assert_eq!(browser.console_errors().await, [""; 0]);
    let load = signed_out_home_load()
        .with_span("documentFetch")
        .with_span("home-activities-mock-data");
    stack.expect_traces_after_shutdown(&browser, &[load]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn click_on_a_handle_is_one_trace_with_the_profile_requests() {
    let (mut stack, browser) = signed_out_at_home().await;
    browser.click(&link_with("@londo").of_crud(SUBNET)).await;
    browser.expect_no_text(TAILOR).await;
    browser.expect_text(SUBNET).await;
    let click = action("profile.open").with_span("navigate /@:handle");
    let click = click.calls(PROFILE_FEED).calls(USER);
    stack
        .expect_traces_after_shutdown(&browser, &[signed_out_home_load(), click])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_a_crud_is_one_trace() {
    let (mut stack, browser) = signed_out_at_home().await;
    open_crud(&browser, "Cloud is very fun!").await;
    browser.expect_text("This post has no honor!").await;
    let click = action("crud.open")
        .with_span("navigate /@:handle/status/:uuid")
        .calls(CRUD);
    stack
        .expect_traces_after_shutdown(&browser, &[signed_out_home_load(), click])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn back_button_is_a_separate_navigation() {
    let (mut stack, browser) = signed_out_at_home().await;
    open_crud(&browser, SUBNET).await;
    browser.expect_no_text("Cloud is very fun!").await;
    browser.back().await;
    browser.expect_text("Cloud is very fun!").await;
    let click = action("crud.open")
        .with_span("navigate /@:handle/status/:uuid")
        .calls(CRUD);
    // The feed is shown as it was, without a request.
    let back = action("navigate /");
    stack
        .expect_traces_after_shutdown(&browser, &[signed_out_home_load(), click, back])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_notifications_is_one_trace() {
    let (mut stack, browser) = signed_in_at_home("andrewbrown").await;
    browser.click(&link_with("Notifications")).await;
    browser.expect_no_text(TAILOR).await;
    let click = action("notifications.open").with_span("navigate /notifications");
    let click = click
        .calls("GET /api/activities/notifications")
        .calls("POST /api/activities/notifications/read")
        .with_span("notification_activities")
        .with_span("mark_notifications_read");
    stack
        .expect_traces_after_shutdown(&browser, &[signed_in_home_load(), click])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notifications_opened_by_their_url_are_one_trace() {
    let mut stack = Stack::start().await;
    let browser = stack.browser().await;
    sign_in(&stack, &browser, "andrewbrown").await;
    browser.open("/notifications").await;
    browser.expect_text("replied to you").await;
    let load = with_sidebar_requests(action("documentLoad").calls(ME))
        .calls("GET /api/activities/notifications")
        .calls("POST /api/activities/notifications/read")
        .with_span("notification_activities")
        .with_span("mark_notifications_read");
    stack.expect_traces_after_shutdown(&browser, &[load]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn back_restores_the_loaded_pages_and_the_scroll_position() {
    const SCROLLED: f64 = 900.0;
    const STATE: &str = "return [document.querySelectorAll('main article').length, scrollY]";
    let (_stack, browser) = signed_out_at_home().await;
    // Shown when all cruds of the first page are.
    browser.find(&button("Load more")).await;
    let first_page = browser.script(STATE, &[]).await[0].clone();
    // The page loads the next page by itself.
    browser
        .script("scrollTo(0, document.documentElement.scrollHeight)", &[])
        .await;
    let loaded = browser
        .expect_script("a second page", STATE, |state| state[0] != first_page)
        .await[0]
        .clone();
    let scroll = format!(
        "scrollTo(0, {SCROLLED}); return new Promise(requestAnimationFrame).then(() => scrollY)"
    );
    assert_eq!(browser.script(&scroll, &[]).await, SCROLLED);
    // Not a click of the driver, which would scroll to the link.
    let open = "[...document.querySelectorAll('main .permalink')].at(-1).click()";
    browser.script(open, &[]).await;
    browser.expect_focus(&heading("Crud")).await;
    browser
        .expect_script("the top", STATE, |state| state[1] == 0.0)
        .await;
    browser.back().await;
    browser
        .expect_script("the former state", STATE, |state| {
            state[0] == loaded && state[1] == SCROLLED
        })
        .await;
}
