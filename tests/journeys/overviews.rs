//! Overviews of many traces: from the actions to the cause by clicks, and the accessibility of each page.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::axe::describe_violations;
use crate::support::browser::Browser;
use crate::support::element::{button, link, link_with, summary_with};
use crate::support::stack::Stack;

/// Enough for a heatmap of cells.
const TRACES: u64 = 600;

const THEMES: [&str; 2] = ["dark", "light"];

const VIEWPORTS: [(u32, u32); 2] = [(1440, 900), (390, 844)];

/// Each page, and a text that it shows when it has loaded.
const PAGES: [(&str, &str); 8] = [
    ("actions", "crud.like"),
    ("heatmap?name=crud.like&min_nano=500000000", "cloud.region"),
    ("sessions", "session-3"),
    ("sessions/session-3", "crud.like"),
    ("map", "Who calls whom"),
    ("vitals", "LCP"),
    ("logs", "stock is low"),
    ("data", "drop them here"),
];

/// A click, a request, its server and a statement. Each twentieth trace is from a region with a slow network.
fn trace(number: u64) -> (Vec<Value>, Vec<Value>) {
    let is_slow = number.is_multiple_of(20);
    let start = 1_790_000_000_000_000_000 + number * 1_000_000_000;
    let milliseconds = if is_slow { 900 } else { 20 + number % 7 };
    let text = |key: &str, value: &str| json!({"key": key, "value": {"stringValue": value}});
    let span = |id: u64, kind: u64, name: &str, attributes: Vec<Value>| {
        let parent = if id == 1 {
            String::new()
        } else {
            format!("{:016x}", id - 1)
        };
        let end = start + milliseconds * 1_000_000 - id * 1_000_000;
        json!({
            "traceId": format!("{number:032x}"), "spanId": format!("{id:016x}"), "parentSpanId": parent, "kind": kind,
            "name": name, "startTimeUnixNano": (start + id * 1_000_000).to_string(), "endTimeUnixNano": end.to_string(),
            "attributes": attributes,
        })
    };
    let region = if is_slow { "ap-south-1" } else { "eu-west-1" };
    let root = vec![
        text("session.id", &format!("session-{}", number % 9)),
        text("url.template", "/"),
        text("cloud.region", region),
        json!({"key": "browser.web_vital.lcp.value", "value": {"doubleValue": milliseconds as f64 * 3.0}}),
    ];
    let page = vec![span(1, 1, "crud.like", root), span(2, 3, "PUT", Vec::new())];
    let statement = vec![text("db.system.name", "postgresql")];
    let back_end = vec![
        span(3, 2, "PUT /api/like", Vec::new()),
        span(4, 3, "INSERT", statement),
    ];
    (page, back_end)
}

async fn send_traces(stack: &Stack) {
    let (page, back_end): (Vec<_>, Vec<_>) = (1..=TRACES).map(trace).unzip();
    let resource = |service: &str, language: &str, spans: Vec<Vec<Value>>| {
        json!({
            "resource": {"attributes": [
                {"key": "service.name", "value": {"stringValue": service}},
                {"key": "telemetry.sdk.language", "value": {"stringValue": language}},
            ]},
            "scopeSpans": [{"spans": spans.concat()}],
        })
    };
    let body = json!({"resourceSpans": [resource("page", "webjs", page), resource("shop", "rust", back_end)]});
    let request = stack.gateway_request(Method::POST, "/v1/traces");
    let response = request.json(&body).send().await;
    assert_eq!(response.expect("the gateway to respond").status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn cause_of_slow_traces_is_found_by_clicks() {
    let stack = Stack::start().await;
    send_traces(&stack).await;
    let browser = stack.browser().await;
    browser.open(&stack.gateway_url).await;
    browser.click(&link("Actions")).await;
    browser.click(&link_with("crud.like")).await;
    browser.click(&button("Explain the slowest 5 %")).await;
    browser.expect_text("cloud.region is ap-south-1").await;
    browser.click(&button("Show only")).await;
    let query = "q=cloud.region";
    browser
        .expect_url("the finding as a query", |it| it.contains(query))
        .await;
    browser.expect_text("30 traces").await;

    // The selection is in the address, and Back returns to it.
    browser.back().await;
    browser.expect_text("cloud.region is ap-south-1").await;
    browser.reload().await;
    browser.expect_text("cloud.region is ap-south-1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn call_of_the_map_leads_to_the_heatmap_of_its_traces() {
    let stack = Stack::start().await;
    send_traces(&stack).await;
    let browser = stack.browser().await;
    browser
        .open(&format!(
            "{}/map?q=cloud.region%3Dap-south-1",
            stack.gateway_url
        ))
        .await;
    browser.click(&link("shop → postgresql")).await;
    browser
        .expect_url("the heatmap", |it| it.contains("/heatmap?"))
        .await;
    // Each twentieth trace.
    browser.expect_text("30 traces").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn log_records_of_all_traces_lead_to_their_spans() {
    let stack = Stack::start().await;
    send_traces(&stack).await;
    send_logs(&stack).await;
    let browser = stack.browser().await;
    browser.open(&stack.gateway_url).await;
    browser.click(&link("Logs")).await;
    browser.expect_text("stock is low").await;
    browser.expect_text("three hundred started").await;
    browser.click(&button("Warn and above")).await;
    browser.expect_no_text("three hundred started").await;
    browser.click(&summary_with("stock is low")).await;
    browser.click(&link("Open the trace")).await;
    let trace = format!("/trace/{:032x}?span={:016x}", 300, 3);
    browser
        .expect_url("the span of the record", |it| it.contains(&trace))
        .await;
    browser.expect_text("PUT /api/like").await;
}

/// Sends two records of a trace, and one without.
async fn send_logs(stack: &Stack) {
    let record = |number: u64, severity: u64, body: &str| {
        json!({
            "traceId": format!("{number:032x}"), "spanId": format!("{:016x}", 3), "severityNumber": severity,
            "timeUnixNano": (1_790_000_000_000_000_000 + number * 1_000_000_000).to_string(),
            "body": {"stringValue": body},
        })
    };
    let mut alone = record(301, 17, "stopping");
    alone["traceId"] = json!("");
    alone["spanId"] = json!("");
    let records = vec![
        record(300, 9, "three hundred started"),
        record(300, 13, "stock is low"),
        alone,
    ];
    let service = json!({"key": "service.name", "value": {"stringValue": "shop"}});
    let body = json!({"resourceLogs": [{"resource": {"attributes": [service]}, "scopeLogs": [{"logRecords": records}]}]});
    let request = stack.gateway_request(Method::POST, "/v1/logs");
    let response = request.json(&body).send().await;
    assert_eq!(response.expect("the gateway to respond").status(), 200);
}

async fn violations(browser: &Browser, page: &str) -> Vec<String> {
    let mut violations = Vec::new();
    for theme in THEMES {
        let features = [
            ("prefers-color-scheme", theme),
            ("prefers-reduced-motion", "reduce"),
        ];
        browser.set_media_features(&features).await;
        violations.extend(describe_violations(browser, &format!("{page}, {theme}")).await);
    }
    violations
}

#[tokio::test(flavor = "multi_thread")]
async fn overviews_are_accessible_on_a_screen_and_a_phone() {
    let stack = Stack::start().await;
    send_traces(&stack).await;
    send_logs(&stack).await;
    let browser = stack.browser().await;
    let mut found = Vec::new();
    for (width, height) in VIEWPORTS {
        browser.set_viewport(width, height).await;
        for (page, text) in PAGES {
            browser.open(&format!("{}/{page}", stack.gateway_url)).await;
            browser.expect_text(text).await;
            found.extend(violations(&browser, &format!("{page} at {width}")).await);
            expect_no_scrolling_sideways(&browser, &format!("{page} at {width}")).await;
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

async fn expect_no_scrolling_sideways(browser: &Browser, what: &str) {
    let sideways = "return document.documentElement.scrollWidth > innerWidth";
    assert_eq!(browser.script(sideways, &[]).await, json!(false), "{what}");
}

/// Widths of tablets and of half a screen, at both sides of each breakpoint.
const WIDTHS_BETWEEN: [u32; 6] = [761, 800, 1024, 1100, 1180, 1181];

#[tokio::test(flavor = "multi_thread")]
async fn pages_fit_into_windows_between_a_phone_and_a_screen() {
    let stack = Stack::start().await;
    send_traces(&stack).await;
    let browser = stack.browser().await;
    for (page, text) in [
        ("", "Actions"),
        ("traces", "NEWEST FIRST"),
        ("sinks", "Sinks"),
    ] {
        browser.open(&format!("{}/{page}", stack.gateway_url)).await;
        browser.expect_text(text).await;
        browser.expect_text("Live").await;
        for width in WIDTHS_BETWEEN {
            browser.set_viewport(width, 700).await;
            expect_no_scrolling_sideways(&browser, &format!("/{page} at {width}")).await;
        }
    }
}
