//! Export to Honeycomb: through the gateway, which holds the API key, and directly from the page.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::steps::{LIKE, SUBNET, open_home, sign_in, signed_in_home_load, toggle_like};
use crate::support::browser::Browser;
use crate::support::honeycomb::{Honeycomb, KEY, KEY_HEADER};
use crate::support::page_server::dist;
use crate::support::recorder::Recorded;
use crate::support::stack::{Setup, Stack};
use crate::support::traces::expect::{Expected, action, compare};
use crate::support::wait::{until, until_within};

const OUTAGE: Duration = Duration::from_secs(5);

/// The outage, and the delay of the retries after it.
const ARRIVAL_TIMEOUT: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn gateway_export_survives_an_outage_and_hides_the_key() {
    let honeycomb = Honeycomb::start().await;
    let gateway = vec![
        ("HONEYCOMB_API_KEY", KEY),
        ("HONEYCOMB_API_ENDPOINT", honeycomb.url()),
    ];
    let mut stack = Stack::with(Setup {
        gateway,
        ..Setup::default()
    })
    .await;
    let browser = like_in_an_outage(&stack, &honeycomb).await;
    assert_key_not_exposed(&stack, &browser).await;
    stack
        .expect_traces_after_shutdown(&browser, &journey())
        .await;
    expect_arrival(&honeycomb).await;
    let status = wait_for_idle_sink(&stack).await;
    assert!(!status.to_string().contains(KEY));
    assert!(!stack.logs().contains(KEY));
}

#[tokio::test(flavor = "multi_thread")]
async fn direct_export_survives_an_outage() {
    let honeycomb = Honeycomb::start().await;
    let headers = format!("{KEY_HEADER}={KEY}");
    let mut stack = Stack::with(Setup {
        meta: vec![
            ("otel-endpoint", honeycomb.url()),
            ("otel-headers", &headers),
        ],
        back_end: vec![
            ("OTEL_EXPORTER_OTLP_ENDPOINT", honeycomb.url()),
            ("OTEL_EXPORTER_OTLP_HEADERS", &headers),
        ],
        ..Setup::default()
    })
    .await;
    let browser = like_in_an_outage(&stack, &honeycomb).await;
    expect_arrival(&honeycomb).await;
    assert_eq!(browser.console_errors().await, [""; 0]);
    assert!(!stack.logs().contains(KEY));
    // The gateway received no spans.
    stack.expect_traces_after_shutdown(&browser, &[]).await;
}

/// Waits until the sink has processed the responses, and returns the gateway's status.
async fn wait_for_idle_sink(stack: &Stack) -> Value {
    until("an idle sink without dropped spans", async || {
        let status = stack.gateway_json("/api/status").await;
        let sink = &status["sinks"][0];
        let is_idle = sink["name"] == "honeycomb" && sink["state"] == "on" && sink["waiting"] == 0;
        let has_retried = sink["retried"].as_u64() > Some(0) && sink["dropped"] == json!({});
        (is_idle && has_retried)
            .then(|| status.clone())
            .ok_or(status)
    })
    .await
}

async fn like_in_an_outage(stack: &Stack, honeycomb: &Honeycomb) -> Browser {
    let browser = stack.browser().await;
    sign_in(stack, &browser, "worf").await;
    open_home(&browser).await;
    honeycomb.start_outage(OUTAGE);
    toggle_like(stack, &browser, SUBNET).await;
    browser
}

fn journey() -> [Expected; 2] {
    [signed_in_home_load(), action("crud.like").calls(LIKE)]
}

/// Waits until Honeycomb has received the journey, with at least one request during the outage and no rejected ones.
async fn expect_arrival(honeycomb: &Honeycomb) {
    until_within(ARRIVAL_TIMEOUT, "the journey at Honeycomb", async || {
        honeycomb.outage_requests()?;
        compare(&journey(), &honeycomb.traces())
    })
    .await;
    assert_eq!(honeycomb.rejections(), [""; 0]);
}

async fn assert_key_not_exposed(stack: &Stack, browser: &Browser) {
    let page = "return document.documentElement.outerHTML + JSON.stringify([{...localStorage}, {...sessionStorage}])";
    let page = browser.script(page, &[]).await.to_string();
    assert!(!page.contains(KEY), "the key is in the page");
    let requests = stack.page.requests.all();
    assert!(!requests.is_empty());
    let leak = requests
        .iter()
        .map(Recorded::transcript)
        .find(|text| text.contains(KEY) || text.contains(KEY_HEADER));
    assert_eq!(leak, None, "the key is in a request of the page");
    assert!(
        !folder_contains(&dist(), KEY.as_bytes()),
        "the key is in the bundle"
    );
}

fn folder_contains(folder: &Path, needle: &[u8]) -> bool {
    let entries = std::fs::read_dir(folder)
        .expect("a readable folder")
        .flatten();
    entries
        .map(|entry| entry.path())
        .any(|path| match path.is_dir() {
            true => folder_contains(&path, needle),
            false => {
                let bytes = std::fs::read(&path).expect("a readable file");
                bytes.windows(needle.len()).any(|window| window == needle)
            }
        })
}
