//! Writing, answering, liking.

use crate::steps::{CREATE, LIKE, SAY, SUBNET, member_at_home, member_s_home, toggle_like};
use crate::support::element::{button, crud, dialog, textbox};
use crate::support::traces::expect::action;

#[tokio::test(flavor = "multi_thread")]
async fn submitting_a_crud_is_one_trace_down_to_the_insert() {
    let (mut stack, browser) = member_at_home("andrewbrown").await;
    browser.click(&button("Crud")).await;
    browser.fill(&textbox(SAY), "One click, one trace.").await;
    browser.click(&button("Crud").within(&dialog())).await;
    browser.find(&crud("One click, one trace.")).await;
    let create = action("crud.create")
        .calls(CREATE)
        .with_span("INSERT activities");
    stack
        .ends_with(
            &browser,
            &[member_s_home(), action("composer.open"), create],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_is_one_trace_and_stands_below_its_crud() {
    let (mut stack, browser) = member_at_home("andrewbrown").await;
    browser.click(&button("Reply").of_crud(SUBNET)).await;
    browser
        .fill(&textbox("what is your reply?"), "Try the raktajino.")
        .await;
    browser.click(&button("Reply").within(&dialog())).await;
    browser.find(&crud("Try the raktajino.")).await;
    let reply = action("crud.reply").calls("POST /api/activities/{uuid}/reply");
    let reply = reply.with_span("INSERT activities");
    stack
        .ends_with(&browser, &[member_s_home(), action("reply.open"), reply])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_like_is_one_trace_and_so_is_taking_it_back() {
    let (mut stack, browser) = member_at_home("worf").await;
    let like = button("Like").of_crud(SUBNET);
    browser.see_state(&like, "aria-pressed", "false").await;
    toggle_like(&stack, &browser, SUBNET).await;
    browser.see_state(&like, "aria-pressed", "true").await;
    toggle_like(&stack, &browser, SUBNET).await;
    browser.see_state(&like, "aria-pressed", "false").await;
    let liked = action("crud.like")
        .calls(LIKE)
        .with_span("INSERT activity_likes");
    let taken_back = action("crud.unlike")
        .calls("DELETE /api/activities/{uuid}/like")
        .with_span("DELETE activity_likes");
    stack
        .ends_with(&browser, &[member_s_home(), liked, taken_back])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_survives_a_server_that_fails() {
    use crate::support::faults::Fault;
    use axum::http::{Method, StatusCode};

    let (mut stack, browser) = member_at_home("andrewbrown").await;
    let failure = Fault::Answer(StatusCode::INTERNAL_SERVER_ERROR, serde_json::json!({}));
    stack
        .page
        .faults
        .on(Method::POST, "/api/activities", failure);
    browser.click(&button("Crud")).await;
    browser.fill(&textbox(SAY), "Keep me.").await;
    browser.click(&button("Crud").within(&dialog())).await;
    browser.see("status 500").await;
    stack.page.faults.clear();
    assert_eq!(browser.value(&textbox(SAY)).await, "Keep me.");
    browser.click(&button("Crud").within(&dialog())).await;
    browser.find(&crud("Keep me.")).await;
    let failed = action("crud.create").calls_in_vain(CREATE).fails();
    let created = action("crud.create").calls(CREATE);
    let journey = [member_s_home(), action("composer.open"), failed, created];
    stack.ends_with(&browser, &journey).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repost_is_one_trace() {
    let (mut stack, browser) = member_at_home("worf").await;
    let repost = button("Repost").of_crud(SUBNET);
    browser.see_state(&repost, "aria-pressed", "false").await;
    browser.click(&repost).await;
    let reposted = action("crud.repost").calls("PUT /api/activities/{uuid}/repost");
    let reposted = reposted.with_span("INSERT activity_reposts");
    stack
        .ends_with(&browser, &[member_s_home(), reposted])
        .await;
}
