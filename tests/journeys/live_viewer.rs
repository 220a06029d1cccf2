//! The viewer shows new traces at once, without a reload.

use std::time::Duration;

use serde_json::json;

use crate::steps::{
    LIKE, SUBNET, open_crud, signed_in_at_home, signed_in_home_load, signed_out_at_home,
    signed_out_home_load, toggle_like,
};
use crate::support::browser::Browser;
use crate::support::element::{Element, button, link};
use crate::support::traces::expect::action;
use crate::support::traces::trace::Trace;
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
    let list = format!("{}/traces", stack.gateway_url);
    let viewer = browser.open_in_new_window(&list).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn badge_lists_the_traces_of_the_tab_and_is_not_traced_itself() {
    let (mut stack, browser) = signed_out_at_home().await;
    browser
        .click(&Element("//summary[.='traced']".to_owned()))
        .await;
    browser
        .expect_text("Each action in this tab is one trace.")
        .await;
    browser.find(&link("documentLoad")).await;
    open_crud(&browser, SUBNET).await;
    browser.find(&link("crud.open")).await;
    let links =
        "return [...document.querySelectorAll('.traced a')].map(it => [it.textContent, it.href])";
    let links = browser.script(links, &[]).await;
    let traces = stack.traces().await;
    let url = |trace: &Trace| format!("{}/open/{}", stack.gateway_url, trace.spans[0].trace_id);
    let [load, open] = &traces[..] else {
        panic!("{} traces", traces.len());
    };
    let expected = json!([["crud.open", url(open)], ["documentLoad", url(load)]]);
    assert_eq!(links, expected);
    let page = browser.window().await;
    browser.click(&link("crud.open")).await;
    browser.switch_to(&page).await;
    let open = action("crud.open").calls("GET /api/activities/{uuid}");
    stack
        .expect_traces_after_shutdown(&browser, &[signed_out_home_load(), open])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn badge_lists_ten_traces_while_signed_in() {
    let (stack, browser) = signed_in_at_home("worf").await;
    for _ in 0..10 {
        toggle_like(&stack, &browser, SUBNET).await;
    }
    browser
        .click(&Element("//summary[.='traced']".to_owned()))
        .await;
    let names = "return [...document.querySelectorAll('.traced a')].map(it => it.textContent)";
    let expected = json!(["crud.unlike", "crud.like"].repeat(5));
    browser
        .expect_script("ten traces", names, |names| *names == expected)
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
