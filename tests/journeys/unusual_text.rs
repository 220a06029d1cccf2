//! Text with many lines, direction marks or combining marks stays within its own crud.

use serde_json::Value;

use crate::steps::{COMPOSER, signed_in_at_home};
use crate::support::browser::Browser;
use crate::support::element::{button, crud, dialog, textbox};

/// A taller crud would push the others out of view.
const MAX_HEIGHT_PX: f64 = 500.0;

const POST: &str = "
    const body = JSON.stringify({message: arguments[0], ttl: '1-day'});
    const headers = {'content-type': 'application/json'};
    return fetch('/api/activities', {method: 'POST', headers, body}).then(response => response.status);
";

/// Returns the left edges of the characters of the crud's first link.
const MEASURE: &str = "
    const link = arguments[0].querySelector('.message a');
    const text = document.createTreeWalker(link, NodeFilter.SHOW_TEXT);
    const lefts = [];
    while (text.nextNode()) {
        for (let at = 0; at < text.currentNode.length; at++) {
            const range = document.createRange();
            range.setStart(text.currentNode, at);
            range.setEnd(text.currentNode, at + 1);
            lefts.push(range.getBoundingClientRect().left);
        }
    }
    return lefts;
";

async fn post(browser: &Browser, message: &str) {
    assert_eq!(browser.script(POST, &[message.into()]).await, 200);
    browser.open("/").await;
}

async fn height(browser: &Browser, message: &str) -> f64 {
    let article = browser.reference(&crud(message)).await;
    let height = "return arguments[0].getBoundingClientRect().height";
    let height = browser.script(height, &[article]).await;
    height.as_f64().expect("a height")
}

#[tokio::test(flavor = "multi_thread")]
async fn tall_crud_is_truncated_and_can_be_expanded() {
    let (_stack, browser) = signed_in_at_home("andrewbrown").await;
    post(&browser, &format!("Top{}Bottom", "\n".repeat(39))).await;
    browser.find(&button("Show more").of_crud("Top")).await;
    assert!(height(&browser, "Top").await < MAX_HEIGHT_PX);
    browser.click(&button("Show more").of_crud("Top")).await;
    browser.expect_no_text("Show more").await;
    assert!(height(&browser, "Top").await > 39.0 * 20.0);
    assert_eq!(browser.console_errors().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn crud_with_too_many_lines_is_rejected_by_the_page() {
    const INPUT: &str = "
        arguments[0].value = arguments[1];
        arguments[0].dispatchEvent(new InputEvent('input', {bubbles: true}));
    ";
    let (stack, browser) = signed_in_at_home("andrewbrown").await;
    browser.click(&button("Crud")).await;
    let field = browser.reference(&textbox(COMPOSER)).await;
    let tall = format!("Top{}Bottom", "\n".repeat(200));
    browser.script(INPUT, &[field, tall.into()]).await;
    browser.click(&button("Crud").within(&dialog())).await;
    browser.expect_text("That has too many lines.").await;
    assert_eq!(stack.page.requests.responses_to("/api/activities"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn direction_mark_does_not_affect_links_and_names() {
    let (_stack, browser) = signed_in_at_home("andrewbrown").await;
    post(&browser, "Upsidedown \u{202e}round #forwards").await;
    let article = browser.reference(&crud("Upsidedown")).await;
    let lefts = browser
        .script(MEASURE, std::slice::from_ref(&article))
        .await;
    let lefts: Vec<f64> = serde_json::from_value(lefts).expect("positions");
    assert!(lefts.len() > 8 && lefts.is_sorted(), "{lefts:?}");
    let isolation = "
        const style = selector => getComputedStyle(arguments[0].querySelector(selector));
        return ['.author strong', '.author span', '.message'].map(it => style(it).unicodeBidi);
    ";
    let isolation: Vec<Value> =
        serde_json::from_value(browser.script(isolation, &[article]).await).expect("three values");
    assert_eq!(isolation, ["isolate"; 3]);
}
