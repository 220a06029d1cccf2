//! Reading: home, profiles, one crud, and the way back.

use thirtyfour::Key;

use crate::steps::{
    HOME_FEED, PROFILE_FEED, SUBNET, TAILOR, USER, member_at_home, member_s_home, visitor_at_home,
    visitor_s_home,
};
use crate::support::browser::Browser;
use crate::support::element::{link, link_with};
use crate::support::traces::expect::action;

const CRUD: &str = "GET /api/activities/{uuid}";

#[tokio::test(flavor = "multi_thread")]
async fn opening_home_is_one_trace_from_the_document_down_to_the_database() {
    let (mut stack, browser) = visitor_at_home().await;
    assert_eq!(browser.console_errors().await, [""; 0]);
    let load = visitor_s_home()
        .with_span("documentFetch")
        .with_span("home-activities-mock-data");
    stack.ends_with(&browser, &[load]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_on_a_handle_is_one_trace_with_the_profile_it_loads() {
    let (mut stack, browser) = visitor_at_home().await;
    browser.click(&link_with("@londo").of_crud(SUBNET)).await;
    browser.see_no(TAILOR).await;
    browser.see(SUBNET).await;
    let click = action("profile.open").with_span("navigate /@:handle");
    let click = click.calls(PROFILE_FEED).calls(USER);
    stack.ends_with(&browser, &[visitor_s_home(), click]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_a_crud_is_one_trace_with_its_replies() {
    let (mut stack, browser) = visitor_at_home().await;
    open_crud(&browser, "Cloud is very fun!").await;
    browser.see("This post has no honor!").await;
    let click = action("click Open crud")
        .with_span("navigate /@:handle/status/:uuid")
        .calls(CRUD);
    stack.ends_with(&browser, &[visitor_s_home(), click]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_back_button_is_a_navigation_of_its_own() {
    let (mut stack, browser) = visitor_at_home().await;
    open_crud(&browser, SUBNET).await;
    browser.see_no("Cloud is very fun!").await;
    browser.back().await;
    browser.see("Cloud is very fun!").await;
    let click = action("click Open crud")
        .with_span("navigate /@:handle/status/:uuid")
        .calls(CRUD);
    let back = action("navigate /")
        .calls(HOME_FEED)
        .with_span("home-activities-mock-data");
    stack
        .ends_with(&browser, &[visitor_s_home(), click, back])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_at_notifications_is_one_trace_with_the_span_that_names_them() {
    let (mut stack, browser) = member_at_home("andrewbrown").await;
    browser.click(&link_with("Notifications")).await;
    browser.see_no(TAILOR).await;
    let click = action("click Notifications").with_span("navigate /notifications");
    let click = click
        .calls("GET /api/activities/notifications")
        .calls("POST /api/activities/notifications/read")
        .with_span("notification_activities")
        .with_span("mark_notifications_read");
    stack.ends_with(&browser, &[member_s_home(), click]).await;
}

/// With the keyboard, which an address link without a text of its own has to be good for.
async fn open_crud(browser: &Browser, message: &str) {
    browser
        .press(&link("Open crud").of_crud(message), Key::Enter)
        .await;
}
