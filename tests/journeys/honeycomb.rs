//! The same traces at Honeycomb: through the gateway, which keeps the key, and straight from the page.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::steps::{LIKE, SUBNET, member_s_home, open_home, sign_in, toggle_like};
use crate::support::browser::Browser;
use crate::support::honeycomb::{Honeycomb, KEY, KEY_HEADER};
use crate::support::page_server::dist;
use crate::support::recorder::Recorded;
use crate::support::stack::{Setup, Stack};
use crate::support::traces::expect::{Expected, action, compare};
use crate::support::wait::{until, until_within};

const OUTAGE: Duration = Duration::from_secs(5);

/// An outage, and then what retries wait after it.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn through_the_gateway_everything_arrives_after_an_outage_and_the_key_stays_inside() {
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
    key_is_nowhere(&stack, &browser).await;
    stack.ends_with(&browser, &journey()).await;
    arrives(&honeycomb).await;
    let status = sink_is_done(&stack).await;
    assert!(!status.to_string().contains(KEY));
    assert!(!stack.logs().contains(KEY));
}

#[tokio::test(flavor = "multi_thread")]
async fn straight_from_the_page_and_the_back_end_everything_arrives_after_an_outage() {
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
        gateway: vec![],
    })
    .await;
    let browser = like_in_an_outage(&stack, &honeycomb).await;
    arrives(&honeycomb).await;
    assert_eq!(browser.console_errors().await, [""; 0]);
    assert!(!stack.logs().contains(KEY));
    // The gateway had no part in it.
    stack.ends_with(&browser, &[]).await;
}

/// Honeycomb has a batch a moment before the sink has its answer. Gives the gateway's status after that.
async fn sink_is_done(stack: &Stack) -> Value {
    until("a sink that is done, and has lost nothing", async || {
        let status = stack.gateway_json("/api/status").await;
        let sink = &status["sinks"][0];
        let is_done = sink["name"] == "honeycomb" && sink["state"] == "on" && sink["waiting"] == 0;
        let has_retried = sink["retried"].as_u64() > Some(0) && sink["dropped"] == json!({});
        (is_done && has_retried)
            .then(|| status.clone())
            .ok_or(status)
    })
    .await
}

async fn like_in_an_outage(stack: &Stack, honeycomb: &Honeycomb) -> Browser {
    let browser = stack.browser().await;
    sign_in(stack, &browser, "worf").await;
    open_home(&browser).await;
    honeycomb.be_down_for(OUTAGE);
    toggle_like(stack, &browser, SUBNET).await;
    browser
}

fn journey() -> [Expected; 2] {
    [member_s_home(), action("crud.like").calls(LIKE)]
}

/// The journey is at Honeycomb, after at least one request met the outage, and nothing it sent was refused otherwise.
async fn arrives(honeycomb: &Honeycomb) {
    until_within(PATIENCE, "the journey at Honeycomb", async || {
        honeycomb.outage_met()?;
        compare(&journey(), &honeycomb.traces())
    })
    .await;
    assert_eq!(honeycomb.refusals(), [""; 0]);
}

async fn key_is_nowhere(stack: &Stack, browser: &Browser) {
    let page = "return document.documentElement.outerHTML + JSON.stringify([{...localStorage}, {...sessionStorage}])";
    let page = browser.script(page, &[]).await.to_string();
    assert!(!page.contains(KEY), "in the page");
    let requests = stack.page.requests.all();
    assert!(!requests.is_empty());
    let leak = requests
        .iter()
        .map(Recorded::transcript)
        .find(|text| text.contains(KEY) || text.contains(KEY_HEADER));
    assert_eq!(leak, None, "in a request of the page");
    assert!(!folder_contains(&dist(), KEY.as_bytes()), "in the bundle");
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
