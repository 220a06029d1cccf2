//! What several journeys do, and the traces of it.

use axum::http::header::{CONTENT_TYPE, SET_COOKIE};

use crate::support::browser::Browser;
use crate::support::element::{button, link};
use crate::support::stack::Stack;
use crate::support::traces::expect::{Expected, action};
use crate::support::wait::until;

pub(crate) const HOME_FEED: &str = "GET /api/activities/home";
pub(crate) const ME: &str = "GET /api/auth/me";
pub(crate) const PROFILE_FEED: &str = "GET /api/activities/@{handle}";
pub(crate) const USER: &str = "GET /api/users/@{handle}";
pub(crate) const LIKE: &str = "PUT /api/activities/{uuid}/like";
pub(crate) const CREATE: &str = "POST /api/activities";

/// The placeholder of the composer.
pub(crate) const SAY: &str = "what would you like to say?";

/// Two of the demo's cruds on the first page of the home feed, londo's and garek's, which worf has not liked.
pub(crate) const SUBNET: &str = "Day 12. I have learned what a subnet is.";
pub(crate) const TAILOR: &str = "My dear doctor, I am just simple tailor";

/// A stack, and a browser that shows its home feed to a visitor.
pub(crate) async fn visitor_at_home() -> (Stack, Browser) {
    let stack = Stack::start().await;
    let browser = stack.browser().await;
    open_home(&browser).await;
    (stack, browser)
}

/// A stack, and a browser that shows its home feed to a demo user.
pub(crate) async fn member_at_home(handle: &str) -> (Stack, Browser) {
    let stack = Stack::start().await;
    let browser = stack.browser().await;
    sign_in(&stack, &browser, handle).await;
    open_home(&browser).await;
    (stack, browser)
}

pub(crate) async fn open_home(browser: &Browser) {
    browser.open("/").await;
    browser.see(SUBNET).await;
    browser.see("Suggested Users").await;
}

/// Signs in outside the page, and outside of any trace: `traceparent` says that it is not sampled,
/// as a page of the back end's own may.
pub(crate) async fn sign_in(stack: &Stack, browser: &Browser, handle: &str) {
    let cookie = session_cookie(stack, handle).await;
    let (name, value) = cookie.split_once('=').expect("name=value");
    browser.set_cookie(name, value).await;
}

/// The cookie of a new session, which no browser has yet.
pub(crate) async fn session_cookie(stack: &Stack, handle: &str) -> String {
    let body =
        serde_json::json!({"email": format!("{handle}@example.com"), "password": "cruddur-demo"});
    let request = crate::support::http_client().post(format!("{}/api/auth/signin", stack.api_url));
    let request = request
        .header(CONTENT_TYPE, "application/json")
        .header("sec-fetch-site", "same-origin")
        .header("traceparent", NOT_SAMPLED);
    let answer = request
        .body(body.to_string())
        .send()
        .await
        .expect("the back end to answer");
    let cookie = answer.headers()[SET_COOKIE]
        .to_str()
        .expect("a cookie of plain text");
    let pair = cookie.split(';').next();
    pair.expect("a cookie of at least one part").to_owned()
}

pub(crate) const NOT_SAMPLED: &str = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-00";

/// The trace of opening the home feed as a visitor.
pub(crate) fn visitor_s_home() -> Expected {
    around_any_page(action("documentLoad"))
        .calls(HOME_FEED)
        .calls_without_sql(ME)
}

/// The trace of opening the home feed as somebody.
pub(crate) fn member_s_home() -> Expected {
    around_any_page(action("documentLoad"))
        .calls(HOME_FEED)
        .calls(ME)
}

/// What every page asks for beside its content, apart from who is signed in.
pub(crate) fn around_any_page(load: Expected) -> Expected {
    load.calls("GET /api/trending")
        .calls("GET /api/users/suggested")
}

pub(crate) fn like_path(uuid: &str) -> String {
    format!("/api/activities/{uuid}/like")
}

/// The id of the crud that says this.
pub(crate) async fn uuid_of(browser: &Browser, message: &str) -> String {
    let link = browser.find(&link("Open crud").of_crud(message)).await;
    let href = link
        .attr("href")
        .await
        .expect("a link")
        .expect("an address");
    href.rsplit('/').next().unwrap_or_default().to_owned()
}

/// Clicks Like, and waits until the server has answered.
pub(crate) async fn toggle_like(stack: &Stack, browser: &Browser, message: &str) {
    let path = like_path(&uuid_of(browser, message).await);
    let before = stack.page.requests.answered(&path);
    browser.click(&button("Like").of_crud(message)).await;
    until("an answer to the like", async || {
        match stack.page.requests.answered(&path) {
            answers if answers > before => Ok(()),
            _ => Err("none came"),
        }
    })
    .await;
}
