//! Creating cruds, replies and reactions.

use crate::steps::{
    COMPOSER, CREATE, LIKE, SUBNET, signed_in_at_home, signed_in_home_load, toggle_like,
};
use crate::support::element::{button, crud, dialog, textbox};
use crate::support::traces::expect::action;

#[tokio::test(flavor = "multi_thread")]
async fn creating_a_crud_is_one_trace() {
    let (mut stack, browser) = signed_in_at_home("andrewbrown").await;
    browser.click(&button("Crud")).await;
    browser
        .fill(&textbox(COMPOSER), "One click, one trace.")
        .await;
    browser.click(&button("Crud").within(&dialog())).await;
    browser.find(&crud("One click, one trace.")).await;
    let create = action("crud.create")
        .calls(CREATE)
        .with_span("INSERT activities");
    stack
        .expect_traces_after_shutdown(
            &browser,
            &[signed_in_home_load(), action("composer.open"), create],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reply_is_one_trace_and_shown_below_its_crud() {
    let (mut stack, browser) = signed_in_at_home("andrewbrown").await;
    browser.click(&button("Reply").of_crud(SUBNET)).await;
    browser
        .fill(&textbox("what is your reply?"), "Try the raktajino.")
        .await;
    browser.click(&button("Reply").within(&dialog())).await;
    browser.find(&crud("Try the raktajino.")).await;
    let reply = action("crud.reply").calls("POST /api/activities/{uuid}/reply");
    let reply = reply.with_span("INSERT activities");
    stack
        .expect_traces_after_shutdown(
            &browser,
            &[signed_in_home_load(), action("reply.open"), reply],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn like_and_unlike_are_one_trace_each() {
    let (mut stack, browser) = signed_in_at_home("worf").await;
    let like = button("Like").of_crud(SUBNET);
    browser
        .expect_attribute(&like, "aria-pressed", "false")
        .await;
    toggle_like(&stack, &browser, SUBNET).await;
    browser
        .expect_attribute(&like, "aria-pressed", "true")
        .await;
    toggle_like(&stack, &browser, SUBNET).await;
    browser
        .expect_attribute(&like, "aria-pressed", "false")
        .await;
    let liked = action("crud.like")
        .calls(LIKE)
        .with_span("INSERT activity_likes");
    let unliked = action("crud.unlike")
        .calls("DELETE /api/activities/{uuid}/like")
        .with_span("DELETE activity_likes");
    stack
        .expect_traces_after_shutdown(&browser, &[signed_in_home_load(), liked, unliked])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn text_survives_a_server_error() {
    use crate::support::faults::Fault;
    use axum::http::{Method, StatusCode};

    let (mut stack, browser) = signed_in_at_home("andrewbrown").await;
    let failure = Fault::Respond(StatusCode::INTERNAL_SERVER_ERROR, serde_json::json!({}));
    stack
        .page
        .faults
        .on(Method::POST, "/api/activities", failure);
    browser.click(&button("Crud")).await;
    browser.fill(&textbox(COMPOSER), "Keep me.").await;
    browser.click(&button("Crud").within(&dialog())).await;
    browser.expect_text("status 500").await;
    stack.page.faults.clear();
    assert_eq!(browser.value(&textbox(COMPOSER)).await, "Keep me.");
    browser.click(&button("Crud").within(&dialog())).await;
    browser.find(&crud("Keep me.")).await;
    let failed = action("crud.create").calls_unanswered(CREATE).fails();
    let created = action("crud.create").calls(CREATE);
    let journey = [
        signed_in_home_load(),
        action("composer.open"),
        failed,
        created,
    ];
    stack.expect_traces_after_shutdown(&browser, &journey).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn repost_is_one_trace() {
    let (mut stack, browser) = signed_in_at_home("worf").await;
    let repost = button("Repost").of_crud(SUBNET);
    browser
        .expect_attribute(&repost, "aria-pressed", "false")
        .await;
    browser.click(&repost).await;
    let reposted = action("crud.repost").calls("PUT /api/activities/{uuid}/repost");
    let reposted = reposted.with_span("INSERT activity_reposts");
    stack
        .expect_traces_after_shutdown(&browser, &[signed_in_home_load(), reposted])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn draft_survives_a_reload() {
    let (_stack, browser) = signed_in_at_home("worf").await;
    browser.click(&button("Crud")).await;
    browser.fill(&textbox(COMPOSER), "half a thought").await;
    browser.reload().await;
    browser.expect_text(SUBNET).await;
    browser.click(&button("Crud")).await;
    assert_eq!(browser.value(&textbox(COMPOSER)).await, "half a thought");
}
