//! The trace viewer: keyboard, reloads, links, failed requests, and paused lists.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::support::browser::Browser;
use crate::support::element::{Element, button, link, link_with};
use crate::support::faults::Fault;
use crate::support::prefix_proxy::{Prefix, PrefixProxy};
use crate::support::stack::{Setup, Stack};

const PREFIX: &str = "/tools/traces";

/// More than fit in the list.
const TRACES: u64 = 40;

/// Longer than any deadline of a journey.
const STALLED: Duration = Duration::from_secs(60);

/// Returns whether the selected rows of the list and the waterfall are visible.
const ARE_IN_VIEW: &str = r"
    return ['.trace-row.selected', '.span-row.selected'].map(selector => {
        const row = document.querySelector(selector);
        if (!row) return false;
        const inner = row.getBoundingClientRect(), outer = row.closest('.scroll').getBoundingClientRect();
        return inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
    });
";

/// Returns a trace whose root has 60 children. The first child has a child itself.
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
    let response = request
        .json(&body)
        .send()
        .await
        .expect("the gateway to respond");
    assert_eq!(response.status(), 200);
}

fn row(number: u64) -> Element {
    link_with(&format!("trace {number} span 1"))
}

/// Clicks "Try again", unless the viewer has already retried.
async fn retry(browser: &Browser) {
    let click = "[...document.querySelectorAll('button')].find(it => it.textContent === 'Try again')?.click()";
    browser.script(click, &[]).await;
}

async fn expect_in_view(browser: &Browser) {
    crate::support::wait::until("both selected rows in view", async || {
        match browser.script(ARE_IN_VIEW, &[]).await {
            shown if shown == json!([true, true]) => Ok(()),
            shown => Err(shown.to_string()),
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn selection_and_collapsed_spans_survive_reloads_and_links() {
    let stack = Stack::start().await;
    send(&stack, 1..=TRACES).await;
    let browser = stack.browser().await;
    browser.open(&format!("{}/traces", stack.gateway_url)).await;
    browser.click(&row(TRACES)).await;
    browser.expect_text("trace 40 span 62").await;
    // Enter applies to the selected span, not to the clicked row.
    browser.press_key(Key::Down).await;
    browser
        .expect_url("the second span", |it| it.contains("span=0000000000000002"))
        .await;
    browser.press_key(Key::Enter).await;
    let collapsed = "collapsed=0000000000000002";
    let url = browser
        .expect_url("a collapsed span", |it| it.contains(collapsed))
        .await;
    assert!(url.contains("span=0000000000000002"), "{url}");
    // A click on the row of the open trace preserves both.
    browser.click(&row(TRACES)).await;
    browser.press_key(Key::Up).await;
    let url = browser
        .expect_url("the root", |it| it.contains("span=0000000000000001"))
        .await;
    assert!(url.contains(collapsed), "{url}");

    // A link to a span at the end of the waterfall, of a trace at the end of the list.
    let url = format!(
        "{}/trace/{}?span=000000000000003d",
        stack.gateway_url,
        trace_id(1)
    );
    browser.open(&url).await;
    expect_in_view(&browser).await;
    browser.reload().await;
    expect_in_view(&browser).await;
    assert_eq!(browser.url().await, url);

    let absent = format!(
        "{}/trace/{}?span=00000000000000ff",
        stack.gateway_url,
        trace_id(1)
    );
    browser.open(&absent).await;
    browser
        .expect_text("00000000000000ff, is not in this trace")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn actions_are_the_front_page_and_the_former_address_shows_the_list() {
    let stack = Stack::start().await;
    let browser = stack.browser().await;
    browser.open(&stack.gateway_url).await;
    browser.expect_text("Waiting for the first trace").await;
    send(&stack, 1..=3).await;
    browser.expect_text("What users do, and how it goes").await;
    browser.press_letters("t").await;
    let list = format!("{}/traces", stack.gateway_url);
    browser.expect_url("the list", |it| it == list).await;
    browser.find(&row(3)).await;
    browser.press_letters("a").await;
    let front = format!("{}/", stack.gateway_url);
    browser.expect_url("the front page", |it| it == front).await;

    let former = format!("{}/?q=name:%22trace+2%22", stack.gateway_url);
    browser.open(&former).await;
    browser.find(&row(2)).await;
    browser.expect_text("NEWEST FIRST").await;
    browser.expect_no_text("trace 3 span 1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn viewer_works_below_a_path_prefix() {
    let public = format!("http://127.0.0.1{PREFIX}");
    let stack = Stack::with(Setup {
        gateway: vec![("OTEL_WEB_GATEWAY_PUBLIC_URL", &public)],
        ..Setup::default()
    })
    .await;
    let browser = stack.browser().await;
    send(&stack, 1..=3).await;
    let mut number = 3;
    for prefix in [Prefix::Stripped, Prefix::Preserved] {
        let proxy = PrefixProxy::start(&stack.gateway_url, PREFIX, prefix).await;
        let mut pages = vec![format!("{}/", proxy.url)];
        if matches!(prefix, Prefix::Preserved) {
            pages.push(proxy.url.clone());
        }
        for page in pages {
            browser.open(&page).await;
            browser.expect_text("trace 3 span 1").await;
            browser.expect_text("Live").await;
            browser.click(&link("All traces")).await;
            // The proxy forwards the event stream as well.
            number += 1;
            send(&stack, [number]).await;
            browser.click(&row(number)).await;
            browser
                .expect_text(&format!("trace {number} span 62"))
                .await;
            let deep = format!("{}/trace/{}", proxy.url, trace_id(number));
            assert_eq!(browser.url().await, deep);
            browser.reload().await;
            browser
                .expect_text(&format!("trace {number} span 62"))
                .await;
            assert_eq!(browser.url().await, deep);
            browser.open(&format!("{}/sinks", proxy.url)).await;
            browser.expect_text("The gateway forwards spans").await;
            browser.expect_text("Live").await;
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
    let error = || Fault::Respond(StatusCode::BAD_GATEWAY, json!({}));
    proxy.faults.on(Method::GET, &path(1), error());
    browser
        .open(&format!("{}/trace/{}", proxy.url, trace_id(1)))
        .await;
    browser.expect_text("The gateway answered 502").await;
    proxy.faults.clear();
    retry(&browser).await;
    browser.expect_text("trace 1 span 62").await;

    // The open trace stays visible, with a warning that it is not up to date.
    proxy.faults.on(Method::GET, &path(1), error());
    let mut late = trace(1).swap_remove(0);
    late["spanId"] = json!("00000000000000aa");
    late["name"] = json!("late");
    let body = json!({"resourceSpans": [{"scopeSpans": [{"spans": [late]}]}]});
    let request = stack.gateway_request(Method::POST, "/v1/traces");
    request
        .json(&body)
        .send()
        .await
        .expect("the gateway to respond");
    browser.expect_text("This trace is not up to date").await;
    browser.expect_text("trace 1 span 62").await;
    proxy.faults.clear();
    retry(&browser).await;
    browser.expect_no_text("This trace is not up to date").await;

    // A pending trace request does not block others.
    proxy
        .faults
        .on(Method::GET, &path(2), Fault::Delay(STALLED));
    browser.click(&row(2)).await;
    browser.click(&row(3)).await;
    browser.expect_text("trace 3 span 62").await;

    // The list is retried as well, also without a click.
    proxy.faults.on(Method::GET, "/api/traces", error());
    browser.reload().await;
    browser.expect_text("Not up to date").await;
    browser.find(&button("Try again")).await;
    proxy.faults.clear();
    browser.find(&row(1)).await;
    browser.expect_text("Live").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn new_traces_are_held_back_while_the_list_is_used_or_paused() {
    let stack = Stack::start().await;
    send(&stack, 1..=TRACES).await;
    let browser = stack.browser().await;
    browser.open(&format!("{}/traces", stack.gateway_url)).await;
    browser.hover(&row(TRACES - 1)).await;
    send(&stack, 101..=112).await;
    browser.expect_text("12 new").await;
    browser.expect_no_text("trace 112 span 1").await;
    // The button scrolls to the top.
    let scroll = "document.querySelector('.traces .scroll').scrollTop = 900";
    browser.script(scroll, &[]).await;
    browser.click(&button("12 new")).await;
    browser.expect_text("trace 112 span 1").await;
    browser.expect_no_text("12 new").await;

    browser.click(&button("Pause")).await;
    browser.expect_text("Paused").await;
    send(&stack, [113]).await;
    browser.expect_text("1 new").await;
    browser.click(&button("Resume")).await;
    browser.expect_text("trace 113 span 1").await;
}
