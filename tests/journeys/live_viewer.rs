//! The trace of a click shows up in a viewer that is open beside the page, at once and by itself.

use std::time::Duration;

use crate::steps::{LIKE, SUBNET, member_at_home, member_s_home, toggle_like};
use crate::support::browser::Browser;
use crate::support::element::{button, link};
use crate::support::traces::expect::action;
use crate::support::wait::until;

const LIMIT: Duration = Duration::from_secs(1);
const CLICKS: usize = 5;

/// Notes when the viewer's page first names the n-th like, for every n.
const WATCH: &str = r"
    window.seen = [];
    const look = () => {
        const named = document.body.innerText.match(/crud\.(un)?like/g) ?? [];
        while (window.seen.length < named.length) window.seen.push(Date.now());
    };
    new MutationObserver(look).observe(document.body, {subtree: true, childList: true, characterData: true});
";

/// Notes when each click happens, on the same clock.
const NOTE_CLICKS: &str = r"
    window.clicks = [];
    addEventListener('click', e => window.clicks.push(performance.timeOrigin + e.timeStamp), true);
";

#[tokio::test(flavor = "multi_thread")]
async fn a_click_shows_up_in_the_open_viewer_within_a_second() {
    let (stack, browser) = member_at_home("worf").await;
    browser.script(NOTE_CLICKS, &[]).await;
    let page = browser.window().await;
    let viewer = browser.open_beside(&stack.gateway_url).await;
    browser.switch_to(&viewer).await;
    browser.see("documentLoad").await;
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
async fn the_toast_s_link_leads_to_the_trace_s_waterfall() {
    let (stack, browser) = member_at_home("worf").await;
    toggle_like(&stack, &browser, SUBNET).await;
    stack
        .stores(&[member_s_home(), action("crud.like").calls(LIKE)])
        .await;
    let traces = stack.traces().await;
    let id = &traces[1].spans[0].trace_id;
    let link = "return [...document.querySelectorAll('.toast a')].at(-1).href";
    let link = browser.script(link, &[]).await;
    assert_eq!(link, format!("{}/open/{id}", stack.gateway_url));
    browser.open(link.as_str().unwrap()).await;
    browser.see("INSERT activity_likes").await;
    assert_eq!(
        browser.address().await,
        format!("{}/trace/{id}", stack.gateway_url)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_to_a_trace_makes_no_trace_of_its_own() {
    let (mut stack, browser) = member_at_home("worf").await;
    toggle_like(&stack, &browser, SUBNET).await;
    let page = browser.window().await;
    browser.click(&link("open this trace")).await;
    browser.switch_to(&page).await;
    stack
        .ends_with(
            &browser,
            &[member_s_home(), action("crud.like").calls(LIKE)],
        )
        .await;
}

/// The first `count` entries of a list of milliseconds that a window keeps, once there are so many.
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
