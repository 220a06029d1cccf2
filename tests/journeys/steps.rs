//! Steps that several journeys share, and their expected traces.

use axum::http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};

use crate::support::browser::Browser;
use crate::support::element::{Element, button, link_with};
use crate::support::stack::Stack;
use crate::support::traces::expect::{Expected, action};
use crate::support::wait::until;

pub(crate) const HOME_FEED: &str = "GET /api/activities/home";
pub(crate) const ME: &str = "GET /api/auth/me";
pub(crate) const PROFILE_FEED: &str = "GET /api/activities/@{handle}";
pub(crate) const USER: &str = "GET /api/users/@{handle}";
pub(crate) const LIKE: &str = "PUT /api/activities/{uuid}/like";
pub(crate) const CREATE: &str = "POST /api/activities";

/// The placeholder of the composer's text field.
pub(crate) const COMPOSER: &str = "what would you like to say?";

/// Two cruds of the demo data on the first page of the home feed, by londo and garek. worf has not liked them.
pub(crate) const SUBNET: &str = "Day 12. I have learned what a subnet is.";
pub(crate) const TAILOR: &str = "My dear doctor, I am just simple tailor";

/// Starts a stack, and a browser with the home feed, signed out.
pub(crate) async fn signed_out_at_home() -> (Stack, Browser) {
    let stack = Stack::start().await;
    let browser = stack.browser().await;
    open_home(&browser).await;
    (stack, browser)
}

/// Starts a stack, and a browser with the home feed, signed in as a demo user.
pub(crate) async fn signed_in_at_home(handle: &str) -> (Stack, Browser) {
    let stack = Stack::start().await;
    let browser = stack.browser().await;
    sign_in(&stack, &browser, handle).await;
    open_home(&browser).await;
    (stack, browser)
}

pub(crate) async fn open_home(browser: &Browser) {
    browser.open("/").await;
    browser.expect_text(SUBNET).await;
    browser.expect_text("Suggested Users").await;
}

/// Signs in without the page, with an unsampled `traceparent` so that no trace is recorded.
pub(crate) async fn sign_in(stack: &Stack, browser: &Browser, handle: &str) {
    let cookie = session_cookie(stack, handle).await;
    let (name, value) = cookie.split_once('=').expect("name=value");
    browser.set_cookie(name, value).await;
}

/// Starts a session without a browser, and returns its cookie.
pub(crate) async fn session_cookie(stack: &Stack, handle: &str) -> String {
    let body =
        serde_json::json!({"email": format!("{handle}@example.com"), "password": "cruddur-demo"});
    let request = crate::support::http_client().post(format!("{}/api/auth/signin", stack.api_url));
    let request = request
        .header(CONTENT_TYPE, "application/json")
        .header("sec-fetch-site", "same-origin")
        .header("traceparent", NOT_SAMPLED);
    let response = request
        .body(body.to_string())
        .send()
        .await
        .expect("the back end to respond");
    let cookie = response.headers()[SET_COOKIE]
        .to_str()
        .expect("an ASCII cookie");
    let pair = cookie.split(';').next();
    pair.expect("a cookie with at least one part").to_owned()
}

/// Posts a crud without a browser and without a trace.
pub(crate) async fn post_untraced(stack: &Stack, handle: &str, message: &str) {
    let body = serde_json::json!({"message": message, "ttl": "1-day"});
    let request = crate::support::http_client().post(format!("{}/api/activities", stack.api_url));
    let request = request
        .header(CONTENT_TYPE, "application/json")
        .header(COOKIE, session_cookie(stack, handle).await)
        .header("sec-fetch-site", "same-origin")
        .header("traceparent", NOT_SAMPLED);
    let response = request.body(body.to_string()).send().await;
    let response = response.expect("the back end to respond");
    assert!(response.status().is_success(), "{}", response.status());
}

pub(crate) const NOT_SAMPLED: &str = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-00";

/// The trace of loading the home feed while signed out.
pub(crate) fn signed_out_home_load() -> Expected {
    with_sidebar_requests(action("documentLoad"))
        .calls(HOME_FEED)
        .calls_without_sql(ME)
}

/// The trace of loading the home feed while signed in.
pub(crate) fn signed_in_home_load() -> Expected {
    with_sidebar_requests(action("documentLoad"))
        .calls(HOME_FEED)
        .calls(ME)
}

/// Adds the sidebar's requests, which every page load sends.
pub(crate) fn with_sidebar_requests(load: Expected) -> Expected {
    load.calls("GET /api/trending")
        .calls("GET /api/users/suggested")
}

pub(crate) fn like_path(uuid: &str) -> String {
    format!("/api/activities/{uuid}/like")
}

/// Returns the UUID of the crud with this message.
pub(crate) async fn uuid_of(browser: &Browser, message: &str) -> String {
    let link = browser.find(&permalink(message)).await;
    let href = link.attr("href").await.expect("a link").expect("an href");
    href.rsplit('/').next().unwrap_or_default().to_owned()
}

/// The link of a crud to its own page.
pub(crate) fn permalink(message: &str) -> Element {
    link_with(", crud by ").of_crud(message)
}

pub(crate) async fn open_crud(browser: &Browser, message: &str) {
    browser.click(&permalink(message)).await;
}

/// Clicks Like, and waits for the response.
pub(crate) async fn toggle_like(stack: &Stack, browser: &Browser, message: &str) {
    let path = like_path(&uuid_of(browser, message).await);
    let before = stack.page.requests.responses_to(&path);
    browser.click(&button("Like").of_crud(message)).await;
    until("a response to the like", async || {
        match stack.page.requests.responses_to(&path) {
            responses if responses > before => Ok(()),
            _ => Err("no response"),
        }
    })
    .await;
}
