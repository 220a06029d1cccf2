//! The page with the original back end, whose responses have fewer fields and other names.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::steps::{HOME_FEED, ME, PROFILE_FEED, USER};
use crate::support::element::{button, crud, link_with};
use crate::support::faults::Fault;
use crate::support::stack::Stack;
use crate::support::traces::expect::{Expected, action};

/// Returns a feed without display names and time offsets, with `likes` instead of `likes_count`, and with missing
/// `replies` and `expires_at`.
fn home() -> Value {
    let reply = json!({
        "uuid": "26e12864-1c26-5c3a-9658-97a10f8fea67", "handle": "worf", "message": "No honor!",
        "likes_count": 0, "replies_count": 0, "reposts_count": 0,
        "reply_to_activity_uuid": "68f126b0-1ceb-4a33-88be-d90fa7109eee",
        "created_at": "2022-10-17T13:50:08.174512",
    });
    json!([
        {
            "uuid": "68f126b0-1ceb-4a33-88be-d90fa7109eee", "handle": "andrewbrown",
            "message": "An original crud", "created_at": "2022-10-17T13:50:08.174512",
            "expires_at": "2099-10-24T13:50:08.174512",
            "likes_count": 5, "replies_count": 1, "reposts_count": 0, "replies": [reply],
        },
        {
            "uuid": "66e12864-8c26-4c3a-9658-95a10f8fea67", "handle": "garek",
            "message": "Just a simple crud", "created_at": "2022-10-19T13:50:08.174512", "likes": 7,
        },
    ])
}

async fn original_stack() -> Stack {
    let stack = Stack::start().await;
    let respond = |path: &str, status, json| {
        stack
            .page
            .faults
            .on(Method::GET, path, Fault::Respond(status, json))
    };
    respond("/api/activities/home", StatusCode::OK, home());
    respond("/api/activities/@garek", StatusCode::OK, json!([home()[1]]));
    for unknown in [
        "/api/auth/me",
        "/api/trending",
        "/api/users/suggested",
        "/api/users/@garek",
    ] {
        respond(unknown, StatusCode::NOT_FOUND, json!({}));
    }
    stack
}

#[tokio::test(flavor = "multi_thread")]
async fn home_feed_accepts_missing_fields() {
    let mut stack = original_stack().await;
    let browser = stack.browser().await;
    browser.open("/").await;
    browser.find(&crud("Just a simple crud")).await;
    browser.find(&crud("An original crud")).await;
    browser.expect_text("No honor!").await;
    let like = browser
        .find(&button("Like").of_crud("Just a simple crud"))
        .await;
    let likes = like.attr("aria-description").await.unwrap();
    assert_eq!(likes.as_deref(), Some("7 likes"));
    assert_eq!(browser.console_errors().await, [""; 0]);
    stack
        .expect_traces_after_shutdown(&browser, &[original_home_load()])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn profile_opens_without_the_profile_endpoint() {
    let mut stack = original_stack().await;
    let browser = stack.browser().await;
    browser.open("/").await;
    browser
        .click(&link_with("@garek").of_crud("Just a simple crud"))
        .await;
    browser.expect_no_text("An original crud").await;
    browser.find(&crud("Just a simple crud")).await;
    assert_eq!(browser.console_errors().await, [""; 0]);
    let click = action("profile.open").with_span("navigate /@:handle");
    let click = click.calls_unanswered(USER).calls_unanswered(PROFILE_FEED);
    stack
        .expect_traces_after_shutdown(&browser, &[original_home_load(), click])
        .await;
}

/// The injected responses have no server spans.
fn original_home_load() -> Expected {
    let load = action("documentLoad")
        .calls_unanswered(HOME_FEED)
        .calls_unanswered(ME);
    load.calls_unanswered("GET /api/trending")
        .calls_unanswered("GET /api/users/suggested")
}
