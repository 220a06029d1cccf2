//! The viewer shows new traces at once, without a reload.

use std::time::Duration;

use crate::steps::{LIKE, SUBNET, signed_in_at_home, signed_in_home_load, toggle_like};
use crate::support::browser::Browser;
use crate::support::element::{button, link};
use crate::support::traces::expect::action;
use crate::support::wait::until;

const LIMIT: Duration = Duration::from_secs(1);
const CLICKS: usize = 5;

/// Records when the n-th like appears in the viewer, for every n.
const WATCH: &str = r"
    window.seen = [];
    const look = () => {
        const named = document.body.innerText.match(/crud\.(un)?like/g) ?? [];
        while (window.seen.length < named.length) window.seen.push(Date.now());
    };
    new MutationObserver(look).observe(document.body, {subtree: true, childList: true, characterData: true});
";

/// Records the time of each click, with the same clock.
const RECORD_CLICKS: &str = r"
    window.clicks = [];
    addEventListener('click', e => window.clicks.push(performance.timeOrigin + e.timeStamp), true);
";

#[tokio::test(flavor = "multi_thread")]
async fn click_appears_in_the_viewer_within_a_second() {
    let (stack, browser) = signed_in_at_home("worf").await;
    browser.script(RECORD_CLICKS, &[]).await;
    let page = browser.window().await;
    let viewer = browser.open_in_new_window(&stack.gateway_url).await;
    browser.switch_to(&viewer).await;
    browser.expect_text("documentLoad").await;
    browser.script(WATCH, &[]).await;
    for click in 1..=CLICKS {
        browser.switch_to(&page).await;
        browser.click(&button("Like").of_crud(SUBNET)).await;
        browser.switch_to(&viewer).await;
        times(&browser, "seen", click).await;
    }
    let seen = times(&browser, "seen", CLICKS).await;
    browser.switch_to(&page).await;
    let clicks = times(&browser, "clicks", CLICKS).await;
    let delays: Vec<_> = clicks
        .iter()
        .zip(seen)
        .map(|(click, seen)| seen - click)
        .collect();
    println!("from click to viewer, in ms: {delays:.0?}");
    let limit = LIMIT.as_secs_f64() * 1e3;
    assert!(
        delays.iter().all(|delay| *delay <= limit),
        "{delays:.0?} ms"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn toast_links_to_the_trace() {
    let (stack, browser) = signed_in_at_home("worf").await;
    toggle_like(&stack, &browser, SUBNET).await;
    stack
        .expect_traces(&[signed_in_home_load(), action("crud.like").calls(LIKE)])
        .await;
    let traces = stack.traces().await;
    let id = &traces[1].spans[0].trace_id;
    let link = "return [...document.querySelectorAll('.toast a')].at(-1).href";
    let link = browser.script(link, &[]).await;
    assert_eq!(link, format!("{}/open/{id}", stack.gateway_url));
    browser.open(link.as_str().unwrap()).await;
    browser.expect_text("INSERT activity_likes").await;
    assert_eq!(
        browser.url().await,
        format!("{}/trace/{id}", stack.gateway_url)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn click_on_the_toast_link_is_not_traced() {
    let (mut stack, browser) = signed_in_at_home("worf").await;
    toggle_like(&stack, &browser, SUBNET).await;
    let page = browser.window().await;
    browser.click(&link("open this trace")).await;
    browser.switch_to(&page).await;
    stack
        .expect_traces_after_shutdown(
            &browser,
            &[signed_in_home_load(), action("crud.like").calls(LIKE)],
        )
        .await;
}

/// Waits until a list of times on `window` has `count` entries, and returns it.
async fn times(browser: &Browser, list: &str, count: usize) -> Vec<f64> {
    until(&format!("{count} entries in window.{list}"), async || {
        let json = browser.script(&format!("return window.{list}"), &[]).await;
        let times: Vec<f64> = serde_json::from_value(json).expect("numbers");
        if times.len() >= count {
            Ok(times)
        } else {
            Err(format!("{times:?}"))
        }
    })
    .await
}
