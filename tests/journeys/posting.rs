//! Creating cruds, replies and reactions.

use axum::http::Method;
use serde_json::json;

use crate::steps::{
    COMPOSER, CREATE, LIKE, SUBNET, open_home, sign_in, signed_in_at_home, signed_in_home_load,
    toggle_like,
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
    use axum::http::StatusCode;

    let (mut stack, browser) = signed_in_at_home("andrewbrown").await;
    let failure = Fault::Respond(StatusCode::INTERNAL_SERVER_ERROR, json!({}));
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

#[tokio::test(flavor = "multi_thread")]
async fn next_user_of_the_browser_does_not_see_the_draft() {
    let (stack, browser) = signed_in_at_home("worf").await;
    browser.click(&button("Crud")).await;
    browser.fill(&textbox(COMPOSER), "a secret").await;
    browser.press_key(thirtyfour::Key::Escape).await;
    browser.click(&button("More")).await;
    browser.click(&button("Sign Out")).await;
    browser.expect_text("Signed out").await;
    let stored = "return sessionStorage.getItem('cruddur.drafts')";
    assert_eq!(browser.script(stored, &[]).await, json!(null));

    // The session ended in another tab, so this one did not sign out.
    sign_in(&stack, &browser, "worf").await;
    open_home(&browser).await;
    browser.click(&button("Crud")).await;
    assert_eq!(browser.value(&textbox(COMPOSER)).await, "");
    browser.fill(&textbox(COMPOSER), "a secret").await;
    sign_in(&stack, &browser, "londo").await;
    open_home(&browser).await;
    browser.click(&button("Crud")).await;
    assert_eq!(browser.value(&textbox(COMPOSER)).await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn enter_of_an_input_method_does_not_post() {
    const PRESS_ENTER: &str = "arguments[0].dispatchEvent(new KeyboardEvent('keydown',
        {key: 'Enter', bubbles: true, cancelable: true, ...arguments[1]}))";
    let (stack, browser) = signed_in_at_home("worf").await;
    browser.click(&button("Crud")).await;
    browser.fill(&textbox(COMPOSER), "とうきょう").await;
    let field = browser.reference(&textbox(COMPOSER)).await;
    for composing in [
        json!({"isComposing": true, "ctrlKey": true}),
        json!({"keyCode": 229, "ctrlKey": true}),
        json!({"keyCode": 229, "metaKey": true}),
    ] {
        browser
            .script(PRESS_ENTER, &[field.clone(), composing])
            .await;
    }
    browser.fill(&textbox(COMPOSER), "東京").await;
    browser
        .script(PRESS_ENTER, &[field, json!({"ctrlKey": true})])
        .await;
    browser.find(&crud("東京")).await;
    let requests = stack.page.requests.all().into_iter();
    let posted = requests.filter(|it| it.method == Method::POST && it.path == "/api/activities");
    assert_eq!(posted.count(), 1);
}
