//! Import, removal and export of traces in the viewer.

use reqwest::Method;
use serde_json::{Value, json};
use thirtyfour::{By, Key};

use crate::support::browser::Browser;
use crate::support::element::{Element, button, dialog, link, link_with};
use crate::support::stack::Stack;

const TRACE_ID: &str = "00000000000000000000000000000abc";

/// A trace of 2019, as Jaeger's UI downloads it, with a span that has no id.
fn jaeger_file() -> Value {
    let span = |id: &str, name: &str, references: Value| {
        json!({"traceID": "abc", "spanID": id, "operationName": name, "references": references,
            "startTime": 1_552_000_000_000_000_u64, "duration": 40_000, "processID": "p1",
            "tags": [{"key": "region", "type": "string", "value": "eu-west-1"}]})
    };
    let child = json!([{"refType": "CHILD_OF", "traceID": "abc", "spanID": "1"}]);
    let spans = [
        span("1", "GET /orders", Value::Null),
        span("2", "SELECT orders", child.clone()),
        span("", "lost", child),
    ];
    let processes = json!({"p1": {"serviceName": "shop", "tags": []}});
    json!({"data": [{"traceID": "abc", "spans": spans, "processes": processes}]})
}

/// Chooses a file, as a click on the field and the system's dialog do.
async fn choose_file(browser: &Browser, path: &std::path::Path) {
    let input = browser.hidden(By::Css("input[type=file]")).await;
    let path = path.to_str().expect("a path in UTF-8");
    input.send_keys(path).await.expect("a field for files");
}

#[tokio::test(flavor = "multi_thread")]
async fn file_is_imported_and_its_trace_removed() {
    let stack = Stack::start().await;
    let browser = stack.browser().await;
    let file = stack.scratch.path("jaeger.json");
    std::fs::write(&file, jaeger_file().to_string()).expect("a writable folder");
    browser.open(&stack.gateway_url).await;
    browser.expect_text("Waiting for the first trace").await;
    browser.press_letters("d").await;
    browser.expect_text("Choose files, or drop them here").await;
    choose_file(&browser, &file).await;
    browser
        .expect_text("Jaeger JSON: 2 spans of 1 trace imported, 1 skipped")
        .await;
    browser.expect_text("data[0].spans[2]").await;
    browser.click(&link_with("00000000")).await;
    browser.expect_text("SELECT orders").await;

    browser.press_letters("d").await;
    browser.click(&button("Remove traces…")).await;
    browser
        .expect_text("This removes the only trace, and all log records.")
        .await;
    // Escape removes nothing.
    browser.press_key(Key::Escape).await;
    browser.expect_no_text("This removes").await;
    browser.click(&button("Remove traces…")).await;
    browser.click(&button("Remove").within(&dialog())).await;
    browser.expect_text("Removed 1 trace with 2 spans").await;
    assert!(stack.summaries().await.is_empty());
    browser.click(&link("Actions")).await;
    browser.expect_text("Waiting for the first trace").await;
    assert_eq!(browser.console_errors().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn exported_page_opens_from_a_disk_without_a_gateway() {
    let mut stack = Stack::start().await;
    let import = stack.gateway_request(Method::POST, "/api/import");
    let import = import.json(&jaeger_file()).send().await;
    assert_eq!(import.expect("the gateway to respond").status(), 200);
    let path = format!("/api/traces/{TRACE_ID}/html");
    let page = stack.gateway_request(Method::GET, &path).send().await;
    let page = page.expect("the gateway to respond").bytes().await;
    let file = stack.scratch.path("trace.html");
    std::fs::write(&file, page.expect("the page")).expect("a writable folder");
    stack.stop_gateway();

    let browser = stack.browser().await;
    browser.open(&format!("file://{}", file.display())).await;
    browser.expect_text("GET /orders").await;
    let row = Element("//*[contains(@class, 'span-row')][contains(., 'SELECT orders')]".to_owned());
    browser.click(&row).await;
    browser.expect_text("eu-west-1").await;
    let url = browser
        .expect_url("the selected span", |it| {
            it.contains("span=0000000000000002")
        })
        .await;
    browser.reload().await;
    browser.expect_text("eu-west-1").await;
    assert_eq!(browser.url().await, url);
    browser.click(&link("Statistics")).await;
    browser.expect_text("Self time").await;
    browser.expect_no_text("X-Ray").await;
    assert_eq!(browser.console_errors().await, Vec::<String>::new());
}
