//! A panic in an optimized page, whose functions have names for the gateway only.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::element::button;
use crate::support::page_server::PageServer;
use crate::support::stack::{Setup, Stack};
use crate::support::vendors::{Rollbar, TOKEN, XRay};
use crate::support::wait::until;

const MESSAGE: &str = "the order is empty";

/// Opens the stack trace.
const OPEN_DETAILS: &str =
    "document.querySelectorAll('details').forEach(it => { it.open = true; })";

/// From the innermost call. The first has a letter that is not ASCII, the second a generic type.
const CALLS: [&str; 3] = [
    "panic_page::order::prüfe",
    "panic_page::order::charge",
    "panic_page::order::place",
];

/// Returns the folder of the built page. The folder with its symbols is beside it.
fn page() -> PathBuf {
    let page = std::env::var_os("CRUDDUR_PANIC_PAGE");
    let page = page.expect("CRUDDUR_PANIC_PAGE: run `cargo xtask test journeys`");
    PathBuf::from(page)
}

fn assert_in_order<'a>(names: impl IntoIterator<Item = &'a str>, what: &str) {
    let names: Vec<_> = names.into_iter().collect();
    let positions: Vec<_> = CALLS
        .iter()
        .map(|call| names.iter().position(|name| name.starts_with(call)))
        .collect();
    let is_complete = positions.iter().all(Option::is_some);
    assert!(is_complete && positions.is_sorted(), "{what}: {names:#?}");
}

/// Returns the frames' functions of an attribute in a trace of OTLP JSON.
fn stack_trace(trace: &Value) -> String {
    let spans = trace["resourceSpans"].as_array().into_iter().flatten();
    let scopes = spans.flat_map(|it| it["scopeSpans"].as_array().into_iter().flatten());
    let spans = scopes.flat_map(|it| it["spans"].as_array().into_iter().flatten());
    let events = spans.flat_map(|it| it["events"].as_array().into_iter().flatten());
    let mut attributes = events.flat_map(|it| it["attributes"].as_array().into_iter().flatten());
    let stack = attributes.find(|it| it["key"] == "exception.stacktrace");
    let stack = stack.and_then(|it| it["value"]["stringValue"].as_str());
    stack.expect("a stack trace").to_owned()
}

fn assert_no_name_in(folder: &Path) {
    let entries = std::fs::read_dir(folder).expect("the folder of the page");
    let files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    assert!(files.len() >= 3, "{files:?}");
    for file in files {
        let bytes = std::fs::read(&file).expect("a file of the page");
        let text = String::from_utf8_lossy(&bytes);
        // The crate's name is in the file names of panic messages.
        let has_name = CALLS.iter().any(|call| text.contains(call));
        assert!(!has_name, "{}", file.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn panic_of_an_optimized_page_has_function_names() {
    let (rollbar, xray) = (Rollbar::start().await, XRay::start().await);
    let symbols = page().with_extension("symbols");
    let setup = Setup {
        gateway: vec![
            ("ROLLBAR_ACCESS_TOKEN", TOKEN),
            ("ROLLBAR_API_ENDPOINT", &rollbar.url),
            ("AWS_XRAY_DAEMON_ADDRESS", &xray.address),
            (
                "OTEL_WEB_GATEWAY_SYMBOLS_DIR",
                symbols.to_str().expect("UTF-8"),
            ),
        ],
        ..Setup::default()
    };
    let stack = Stack::with(setup).await;
    let server = PageServer::with_page(page(), &stack.api_url, &stack.gateway_url, &[]).await;
    let browser = stack.browser().await;
    browser.open(&server.origin).await;
    browser.click(&button("Order")).await;

    let item = until("the panic at Rollbar", async || {
        let items = rollbar.items();
        let is_panic = |title: &str| title.contains(MESSAGE);
        let mut panics = items.iter();
        let found = panics.find(|item| item["title"].as_str().is_some_and(is_panic));
        found.cloned().ok_or(format!("{} items", items.len()))
    })
    .await;
    let frames = item["body"]["trace"]["frames"].as_array().expect("frames");
    let methods = frames
        .iter()
        .rev()
        .filter_map(|frame| frame["method"].as_str());
    assert_in_order(methods, "Rollbar");

    let id = item["custom"]["trace_id"].as_str().expect("a trace id");
    let trace = stack.gateway_json(&format!("/api/traces/{id}")).await;
    let text = stack_trace(&trace);
    let calls = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("at "));
    assert_in_order(calls, "API");
    let build_id = symbols_of(&symbols, &trace);
    assert!(!text.contains(&build_id), "{text}");

    let labels = until("the panic at X-Ray", async || {
        let documents = xray.documents_of(id);
        let mut exceptions = documents.iter().flat_map(|document| {
            document["cause"]["exceptions"]
                .as_array()
                .into_iter()
                .flatten()
        });
        let found = exceptions.find(|exception| exception["message"] == MESSAGE);
        let stack = found.and_then(|exception| exception["stack"].as_array().cloned());
        stack.ok_or(format!("{} documents", documents.len()))
    })
    .await;
    assert_in_order(
        labels.iter().filter_map(|frame| frame["label"].as_str()),
        "X-Ray",
    );

    let url = item["custom"]["trace_url"].as_str();
    browser.open(url.expect("the URL of the span")).await;
    browser.expect_text("Stack trace").await;
    browser.script(OPEN_DETAILS, &[]).await;
    for call in CALLS {
        browser.expect_text(call).await;
    }
    assert_no_name_in(&page());
}

/// Returns the build of the page, which it has sent, after a check that its symbols are in the folder.
fn symbols_of(folder: &Path, trace: &Value) -> String {
    let attributes = trace["resourceSpans"][0]["resource"]["attributes"].as_array();
    let mut attributes = attributes.into_iter().flatten();
    let build = attributes.find(|attribute| attribute["key"] == "app.build_id");
    let build = build.and_then(|build| build["value"]["stringValue"].as_str());
    let build = build.expect("the resource attribute app.build_id");
    let file = folder.join(format!("{build}.symbols"));
    assert!(file.is_file(), "{}", file.display());
    build.to_owned()
}
