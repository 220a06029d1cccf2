//! A viewer in a hidden tab keeps receiving traces, and is up to date when it is shown.
//!
//! `CRUDDUR_HIDDEN_MINUTES=10` runs a long test, in which the browser throttles the timers of the hidden page to
//! one call per minute. By default the test takes seconds.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::browser::Browser;
use crate::support::stack::Stack;
use crate::support::wait::until_within;

const LONG_TRACES: u64 = 10_000;
const SHORT_TRACES: u64 = 400;

/// The limit for the growth of the page's memory between the middle and the end of the test.
const MAX_GROWTH_BYTES: f64 = 16e6;

/// Records the page's visibility and its memory size. WebDriver shows the tab that it talks to, so the page itself has
/// to record them. (The bindings' `default` function returns the running module when it is called again.)
const WATCH: &str = "return wasmBindings.default().then(program => {
    window.states = [document.visibilityState];
    window.memory = [];
    document.addEventListener('visibilitychange', () => states.push(document.visibilityState));
    setInterval(() => {
        if (document.visibilityState === 'hidden') memory.push(program.memory.buffer.byteLength);
    }, 500);
})";

const ROWS: &str = "return [...document.querySelectorAll('[data-trace-id]')]
    .sort((a, b) => parseFloat(a.style.top) - parseFloat(b.style.top))
    .map(row => row.dataset.traceId)";

/// Returns a span of a trace. Traces with higher numbers start later.
fn span(number: u64, id: u64) -> Value {
    let start = 1_790_000_000_000_000_000 + number * 1_000_000;
    json!({
        "traceId": format!("{number:032x}"), "spanId": format!("{:016x}", number * 10 + id),
        "parentSpanId": if id == 1 { String::new() } else { format!("{:016x}", number * 10 + 1) },
        "name": format!("step {number}"), "startTimeUnixNano": start.to_string(),
        "endTimeUnixNano": (start + 1_000_000).to_string(),
    })
}

async fn send(stack: &Stack, spans: Vec<Value>) {
    let body = json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]});
    let request = stack
        .gateway_request(Method::POST, "/v1/traces")
        .json(&body);
    let response = request.send().await.expect("the gateway to respond");
    assert_eq!(response.status(), 200);
}

/// Sends each trace in three requests, so that one batch of changes contains it several times.
async fn send_trace(stack: &Stack, number: u64) {
    for id in 1..=3 {
        send(stack, vec![span(number, id)]).await;
    }
}

async fn rows(browser: &Browser) -> Vec<String> {
    serde_json::from_value(browser.script(ROWS, &[]).await).expect("ids of traces")
}

/// Returns the duration for which the viewer is hidden, and the number of traces sent during it.
fn parameters() -> (Duration, u64) {
    let minutes = std::env::var("CRUDDUR_HIDDEN_MINUTES").ok();
    match minutes.and_then(|minutes| minutes.parse::<u64>().ok()) {
        Some(minutes) => (Duration::from_secs(60 * minutes), LONG_TRACES),
        None => (Duration::ZERO, SHORT_TRACES),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hidden_viewer_is_up_to_date_when_shown() {
    let (time, traces) = parameters();
    let stack = Stack::start().await;
    let browser = stack.browser().await;
    send_trace(&stack, 1).await;
    browser.open(&format!("{}/traces", stack.gateway_url)).await;
    browser.expect_text("step 1").await;
    browser.script(WATCH, &[]).await;
    let viewer = browser.window().await;
    browser.open_in_new_tab("about:blank").await;

    let began = Instant::now();
    for number in 2..=traces {
        send_trace(&stack, number).await;
        let due = time.mul_f64(number as f64 / traces as f64);
        tokio::time::sleep(due.saturating_sub(began.elapsed())).await;
    }
    browser.close_window().await;
    browser.switch_to(&viewer).await;
    let states = browser.script("return states", &[]).await;
    assert_eq!(states, json!(["visible", "hidden", "visible"]));
    let memory = browser.script("return memory", &[]).await;
    let memory: Vec<f64> = serde_json::from_value(memory).expect("bytes");
    let expected: Vec<_> = (0..5)
        .map(|back| format!("{:032x}", traces - back))
        .collect();
    until_within(Duration::from_secs(90), "the newest traces", async || {
        let rows = rows(&browser).await;
        if rows.len() > 5 && rows[..5] == expected {
            Ok(())
        } else {
            Err(format!("{rows:?}"))
        }
    })
    .await;
    let rows = rows(&browser).await;
    let distinct: std::collections::HashSet<_> = rows.iter().collect();
    assert_eq!(distinct.len(), rows.len(), "each trace is listed once");
    browser.expect_text("Live").await;
    browser.expect_text("3 spans").await;
    browser.expect_no_text("The viewer has stopped").await;
    assert_eq!(browser.console_errors().await, Vec::<String>::new());
    let middle = memory[memory.len() / 2];
    let end = memory[memory.len() - 1];
    println!(
        "{traces} traces in {:.0?}, memory of the hidden page: {:.1} MB in the middle, {:.1} MB at the end",
        began.elapsed(),
        middle / 1e6,
        end / 1e6
    );
    assert!(
        end - middle <= MAX_GROWTH_BYTES,
        "memory grew from {middle} to {end} bytes"
    );
    // The viewer is usable: the newest trace opens.
    browser
        .click(&crate::support::element::link_with(&format!(
            "step {traces}"
        )))
        .await;
    until_within(Duration::from_secs(20), "the newest trace", async || {
        let url = browser.url().await;
        if url.ends_with(&expected[0]) {
            Ok(())
        } else {
            Err(url)
        }
    })
    .await;
}
