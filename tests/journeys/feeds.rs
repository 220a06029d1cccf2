//! Reading feeds: home, profiles, single cruds, notifications.

use crate::steps::{
    HOME_FEED, PROFILE_FEED, SUBNET, TAILOR, USER, open_crud, signed_in_at_home,
    signed_in_home_load, signed_out_at_home, signed_out_home_load,
};
use crate::support::element::link_with;
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
    let back = action("navigate /")
        .calls(HOME_FEED)
        .with_span("home-activities-mock-data");
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
