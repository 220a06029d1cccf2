//! The page on the original back end, whose answers say less and call some things otherwise.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::steps::{HOME_FEED, ME, PROFILE_FEED, USER};
use crate::support::element::{button, crud, link_with};
use crate::support::faults::Fault;
use crate::support::stack::Stack;
use crate::support::traces::expect::{Expected, action};

/// No display names, no offsets, `likes` for `likes_count`, replies only where there are some, and no expiry in one.
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
            "message": "Lean but alive", "created_at": "2022-10-17T13:50:08.174512",
            "expires_at": "2099-10-24T13:50:08.174512",
            "likes_count": 5, "replies_count": 1, "reposts_count": 0, "replies": [reply],
        },
        {
            "uuid": "66e12864-8c26-4c3a-9658-95a10f8fea67", "handle": "garek",
            "message": "Just a simple crud", "created_at": "2022-10-19T13:50:08.174512", "likes": 7,
        },
    ])
}

async fn lean_stack() -> Stack {
    let stack = Stack::start().await;
    let answer = |path: &str, status, json| {
        stack
            .page
            .faults
            .on(Method::GET, path, Fault::Answer(status, json))
    };
    answer("/api/activities/home", StatusCode::OK, home());
    answer("/api/activities/@garek", StatusCode::OK, json!([home()[1]]));
    for unknown in [
        "/api/auth/me",
        "/api/trending",
        "/api/users/suggested",
        "/api/users/@garek",
    ] {
        answer(unknown, StatusCode::NOT_FOUND, json!({}));
    }
    stack
}

#[tokio::test(flavor = "multi_thread")]
async fn the_home_feed_reads_the_original_s_leaner_objects() {
    let mut stack = lean_stack().await;
    let browser = stack.browser().await;
    browser.open("/").await;
    browser.find(&crud("Just a simple crud")).await;
    browser.find(&crud("Lean but alive")).await;
    browser.see("No honor!").await;
    let like = browser
        .find(&button("Like").of_crud("Just a simple crud"))
        .await;
    assert_eq!(like.text().await.unwrap().trim(), "7");
    assert_eq!(browser.console_errors().await, [""; 0]);
    stack.ends_with(&browser, &[lean_home()]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_opens_though_the_original_has_no_profiles() {
    let mut stack = lean_stack().await;
    let browser = stack.browser().await;
    browser.open("/").await;
    browser
        .click(&link_with("@garek").of_crud("Just a simple crud"))
        .await;
    browser.see_no("Lean but alive").await;
    browser.find(&crud("Just a simple crud")).await;
    assert_eq!(browser.console_errors().await, [""; 0]);
    let click = action("profile.open").with_span("navigate /@:handle");
    let click = click.calls_in_vain(USER).calls_in_vain(PROFILE_FEED);
    stack.ends_with(&browser, &[lean_home(), click]).await;
}

/// The original traces nothing that the page could see.
fn lean_home() -> Expected {
    let load = action("documentLoad")
        .calls_in_vain(HOME_FEED)
        .calls_in_vain(ME);
    load.calls_in_vain("GET /api/trending")
        .calls_in_vain("GET /api/users/suggested")
}
