//! Feeds of several pages, and cruds that others post meanwhile.

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::steps::{
    HOME_FEED, SUBNET, post_untraced, signed_in_at_home, signed_out_at_home, signed_out_home_load,
};
use crate::support::browser::Browser;
use crate::support::element::{Element, button, crud, heading};
use crate::support::faults::Fault;
use crate::support::page_server::BLANK;
use crate::support::traces::expect::action;
use crate::support::wait::until;

const COUNT: &str = "return document.querySelectorAll('main > section > div > article').length";
const TO_END: &str = "scrollTo(0, document.documentElement.scrollHeight)";
const HOME_PATH: &str = "/api/activities/home";

async fn count(browser: &Browser) -> u64 {
    let count = browser.script(COUNT, &[]).await;
    count.as_u64().expect("a number")
}

/// Waits for the rest of the first page, which is rendered after the first screen. The scroll to the end is then one to
/// the button below it.
async fn expect_whole_page(browser: &Browser) {
    const HAS_END: &str = "return document.querySelector('main .more') !== null";
    browser
        .expect_script("the end of the page", HAS_END, |has_end| has_end == true)
        .await;
}

async fn expect_more_than(browser: &Browser, shown: u64) {
    browser
        .expect_script("another page", COUNT, |count| count.as_u64() > Some(shown))
        .await;
}

/// Hides the page, and shows it again after it has noticed that.
async fn hide_and_show(browser: &Browser) {
    const WATCH: &str = "
        localStorage.removeItem('is_hidden');
        const note = () => setTimeout(() => localStorage.setItem('is_hidden', 'yes'));
        document.addEventListener('visibilitychange', note, {once: true});
    ";
    const IS_HIDDEN: &str = "return localStorage.getItem('is_hidden')";
    browser.script(WATCH, &[]).await;
    let page = browser.window().await;
    browser.open_in_new_tab(BLANK).await;
    browser
        .expect_script("a hidden page", IS_HIDDEN, |it| it == "yes")
        .await;
    browser.close_window().await;
    browser.switch_to(&page).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_page_of_an_endless_feed_is_one_trace() {
    let (mut stack, browser) = signed_out_at_home().await;
    let mut journey = vec![signed_out_home_load()];
    expect_whole_page(&browser).await;
    let mut shown = count(&browser).await;
    while !browser.text().await.contains("You have reached the end.") {
        browser.script(TO_END, &[]).await;
        expect_more_than(&browser, shown).await;
        shown = count(&browser).await;
        journey.push(action("feed.load_more").calls(HOME_FEED));
        stack.expect_traces(&journey).await;
    }
    assert!(journey.len() > 1, "the demo data has several pages");
    browser.script(TO_END, &[]).await;
    stack.expect_traces_after_shutdown(&browser, &journey).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_page_is_requested_again_by_the_button_only() {
    let (mut stack, browser) = signed_out_at_home().await;
    expect_whole_page(&browser).await;
    let shown = count(&browser).await;
    let before = stack.page.requests.responses_to(HOME_PATH);
    let failure = Fault::Respond(StatusCode::SERVICE_UNAVAILABLE, json!({}));
    stack.page.faults.on(Method::GET, HOME_PATH, failure);
    browser.script(TO_END, &[]).await;
    browser.expect_text("Cruddur cannot be reached.").await;
    // Away from the end and back.
    browser.script("scrollTo(0, 0)", &[]).await;
    browser.script(TO_END, &[]).await;
    let frames = "const frame = () => new Promise(requestAnimationFrame); return frame().then(frame).then(() => scrollY)";
    browser.script(frames, &[]).await;
    assert_eq!(stack.page.requests.responses_to(HOME_PATH), before + 1);
    stack.page.faults.clear();
    browser.click(&button("Load more")).await;
    expect_more_than(&browser, shown).await;
    let journey = [
        signed_out_home_load(),
        action("feed.load_more").calls_unanswered(HOME_FEED).fails(),
        action("feed.load_more").calls(HOME_FEED),
    ];
    stack.expect_traces(&journey).await;
    browser.leave().await;
    stack.stop_back_end();
}

#[tokio::test(flavor = "multi_thread")]
async fn cruds_of_others_are_announced_and_shown_on_request() {
    let (mut stack, browser) = signed_out_at_home().await;
    for number in ["one", "two", "three"] {
        post_untraced(&stack, "worf", &format!("Number {number}.")).await;
    }
    browser.script("scrollTo(0, 300)", &[]).await;
    hide_and_show(&browser).await;
    browser
        .find(&Element(
            "//*[@role='status'][normalize-space(.)='3 new']".to_owned(),
        ))
        .await;
    assert!(!browser.text().await.contains("Number one."));
    assert_eq!(browser.script("return scrollY", &[]).await, 300);
    browser.click(&button("3 new")).await;
    browser.find(&crud("Number three.")).await;
    browser.find(&crud("Number one.")).await;
    browser.expect_no_text("3 new").await;
    browser.expect_focus(&heading("Home")).await;
    assert_eq!(browser.script("return scrollY", &[]).await, 0);
    // The check itself is no trace, neither of the page nor of the back end.
    let journey = [signed_out_home_load(), action("feed.show_new")];
    stack.expect_traces_after_shutdown(&browser, &journey).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hidden_page_does_not_check_and_failed_checks_are_silent() {
    let (stack, browser) = signed_in_at_home("worf").await;
    let before = stack.page.requests.responses_to(HOME_PATH);
    let failure = Fault::Respond(StatusCode::SERVICE_UNAVAILABLE, json!({}));
    stack.page.faults.on(Method::GET, HOME_PATH, failure);
    hide_and_show(&browser).await;
    until("a failed check", async || {
        match stack.page.requests.responses_to(HOME_PATH) {
            now if now == before + 1 => Ok(()),
            now => Err(format!("{} checks", now - before)),
        }
    })
    .await;
    browser.expect_text(SUBNET).await;
    assert!(!browser.text().await.contains("Cruddur cannot be reached."));
    // After a failure, showing the page again is no reason to check at once.
    hide_and_show(&browser).await;
    browser.expect_text(SUBNET).await;
    assert_eq!(stack.page.requests.responses_to(HOME_PATH), before + 1);
}
