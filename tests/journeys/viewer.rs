//! The trace viewer in a browser: keys, reloads, links, failed requests, and a list that holds still.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::support::browser::Browser;
use crate::support::element::{Element, button, link_with};
use crate::support::faults::Fault;
use crate::support::prefix_proxy::{Prefix, PrefixProxy};
use crate::support::stack::{Setup, Stack};

const PREFIX: &str = "/tools/traces";

/// More than fit on a screen.
const TRACES: u64 = 40;

/// Much longer than any journey waits.
const STALLED: Duration = Duration::from_secs(60);

/// Whether the selected rows of the list and of the waterfall are where one sees them.
const ARE_IN_VIEW: &str = r"
    return ['.trace-row.selected', '.span-row.selected'].map(selector => {
        const row = document.querySelector(selector);
        if (!row) return false;
        const inner = row.getBoundingClientRect(), outer = row.closest('.scroll').getBoundingClientRect();
        return inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
    });
";

/// A trace whose root has 60 children, of which the first has one of its own.
fn trace(number: u64) -> Vec<Value> {
    let start = 1_790_000_000_000_000_000 + number * 1_000_000_000;
    let span = |id: u64, parent: u64| {
        let parent = match parent {
            0 => String::new(),
            parent => format!("{parent:016x}"),
        };
        json!({
            "traceId": trace_id(number), "spanId": format!("{id:016x}"), "parentSpanId": parent,
            "name": format!("trace {number} span {id}"), "startTimeUnixNano": (start + id).to_string(),
            "endTimeUnixNano": (start + 1_000_000).to_string(),
        })
    };
    let children = (2..=61).map(|id| span(id, 1));
    [span(1, 0), span(62, 2)]
        .into_iter()
        .chain(children)
        .collect()
}

fn trace_id(number: u64) -> String {
    format!("{number:032x}")
}

async fn send(stack: &Stack, numbers: impl IntoIterator<Item = u64>) {
    let spans: Vec<_> = numbers.into_iter().flat_map(trace).collect();
    let body = json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]});
    let request = stack.gateway_request(Method::POST, "/v1/traces");
    let answer = request.json(&body).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
}

fn row(number: u64) -> Element {
    link_with(&format!("trace {number} span 1"))
}

/// Clicks "Try again", unless the page has already asked again by itself.
async fn retry(browser: &Browser) {
    let click = "[...document.querySelectorAll('button')].find(it => it.textContent === 'Try again')?.click()";
    browser.script(click, &[]).await;
}

async fn see_in_view(browser: &Browser) {
    crate::support::wait::until("both selected rows in view", async || {
        match browser.script(ARE_IN_VIEW, &[]).await {
            shown if shown == json!([true, true]) => Ok(()),
            shown => Err(shown.to_string()),
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn selection_and_folds_survive_enter_a_reload_and_a_copied_link() {
    let stack = Stack::start().await;
    send(&stack, 1..=TRACES).await;
    let browser = stack.browser().await;
    browser.open(&stack.gateway_url).await;
    browser.click(&row(TRACES)).await;
    browser.see("trace 40 span 62").await;
    // Enter means the span that the arrows selected, not the row that was clicked before them.
    browser.press_key(Key::Down).await;
    browser
        .see_address("the second span", |it| it.contains("span=0000000000000002"))
        .await;
    browser.press_key(Key::Enter).await;
    let folded = "collapsed=0000000000000002";
    let address = browser
        .see_address("a fold", |it| it.contains(folded))
        .await;
    assert!(address.contains("span=0000000000000002"), "{address}");
    // Nor does a click on the row of the open trace lose them.
    browser.click(&row(TRACES)).await;
    browser.press_key(Key::Up).await;
    let address = browser
        .see_address("the root", |it| it.contains("span=0000000000000001"))
        .await;
    assert!(address.contains(folded), "{address}");

    // A link to a span far down, of a trace far down the list.
    let address = format!(
        "{}/trace/{}?span=000000000000003d",
        stack.gateway_url,
        trace_id(1)
    );
    browser.open(&address).await;
    see_in_view(&browser).await;
    browser.reload().await;
    see_in_view(&browser).await;
    assert_eq!(browser.address().await, address);

    let absent = format!(
        "{}/trace/{}?span=00000000000000ff",
        stack.gateway_url,
        trace_id(1)
    );
    browser.open(&absent).await;
    browser.see("00000000000000ff, is not in this trace").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_viewer_works_below_a_prefix() {
    let public = format!("http://127.0.0.1{PREFIX}");
    let stack = Stack::with(Setup {
        gateway: vec![("OTEL_WEB_GATEWAY_PUBLIC_URL", &public)],
        ..Setup::default()
    })
    .await;
    let browser = stack.browser().await;
    send(&stack, 1..=3).await;
    let mut number = 3;
    for prefix in [Prefix::Stripped, Prefix::Kept] {
        let proxy = PrefixProxy::start(&stack.gateway_url, PREFIX, prefix).await;
        let mut pages = vec![format!("{}/", proxy.url)];
        if matches!(prefix, Prefix::Kept) {
            pages.push(proxy.url.clone());
        }
        for page in pages {
            browser.open(&page).await;
            browser.see("trace 3 span 1").await;
            browser.see("Live").await;
            // The stream of events passes, too.
            number += 1;
            send(&stack, [number]).await;
            browser.click(&row(number)).await;
            browser.see(&format!("trace {number} span 62")).await;
            let deep = format!("{}/trace/{}", proxy.url, trace_id(number));
            assert_eq!(browser.address().await, deep);
            browser.reload().await;
            browser.see(&format!("trace {number} span 62")).await;
            assert_eq!(browser.address().await, deep);
            browser.open(&format!("{}/sinks", proxy.url)).await;
            browser.see("Where spans go on to").await;
            browser.see("Live").await;
        }
    }
    assert_eq!(browser.console_errors().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_requests_are_shown_and_can_be_retried() {
    let stack = Stack::start().await;
    let proxy = PrefixProxy::start(&stack.gateway_url, PREFIX, Prefix::Stripped).await;
    let browser = stack.browser().await;
    send(&stack, 1..=3).await;
    let path = |number: u64| format!("/api/traces/{}", trace_id(number));
    let answer = || Fault::Answer(StatusCode::BAD_GATEWAY, json!({}));
    proxy.faults.on(Method::GET, &path(1), answer());
    browser
        .open(&format!("{}/trace/{}", proxy.url, trace_id(1)))
        .await;
    browser.see("The gateway answered 502").await;
    proxy.faults.clear();
    retry(&browser).await;
    browser.see("trace 1 span 62").await;

    // What is shown stays, with a word that it is not up to date.
    proxy.faults.on(Method::GET, &path(1), answer());
    let mut late = trace(1).swap_remove(0);
    late["spanId"] = json!("00000000000000aa");
    late["name"] = json!("late");
    let body = json!({"resourceSpans": [{"scopeSpans": [{"spans": [late]}]}]});
    let request = stack.gateway_request(Method::POST, "/v1/traces");
    request.json(&body).send().await.expect("an answer");
    browser.see("This trace is not up to date").await;
    browser.see("trace 1 span 62").await;
    proxy.faults.clear();
    retry(&browser).await;
    browser.see_no("This trace is not up to date").await;

    // A trace that does not come holds up no other.
    proxy
        .faults
        .on(Method::GET, &path(2), Fault::Delay(STALLED));
    browser.click(&row(2)).await;
    browser.click(&row(3)).await;
    browser.see("trace 3 span 62").await;

    // The list as well, and it also asks again by itself.
    proxy.faults.on(Method::GET, "/api/traces", answer());
    browser.reload().await;
    browser.see("Not up to date").await;
    browser.find(&button("Try again")).await;
    proxy.faults.clear();
    browser.find(&row(1)).await;
    browser.see("Live").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn new_traces_wait_while_the_list_is_used_or_paused() {
    let stack = Stack::start().await;
    send(&stack, 1..=TRACES).await;
    let browser = stack.browser().await;
    browser.open(&stack.gateway_url).await;
    browser.point_at(&row(TRACES - 1)).await;
    send(&stack, 101..=112).await;
    browser.see("12 new").await;
    browser.see_no("trace 112 span 1").await;
    // Shown at the top, also to somebody who has scrolled.
    let scroll = "document.querySelector('.traces .scroll').scrollTop = 900";
    browser.script(scroll, &[]).await;
    browser.click(&button("12 new")).await;
    browser.see("trace 112 span 1").await;
    browser.see_no("12 new").await;

    browser.click(&button("Pause")).await;
    browser.see("Paused").await;
    send(&stack, [113]).await;
    browser.see("1 new").await;
    browser.click(&button("Resume")).await;
    browser.see("trace 113 span 1").await;
}
