//! Searches for leaked API keys: in the page, its requests, the gateway's responses and all files.

use std::path::{Path, PathBuf};

use reqwest::{Method, RequestBuilder};

use crate::support::browser::Browser;
use crate::support::honeycomb::KEY;
use crate::support::page_server::dist;
use crate::support::recorder::Recorded;
use crate::support::stack::{Stack, viewer_dir};
use crate::support::vendors::TOKEN;

/// A setting of the gateway with which some responses are 429.
pub(crate) const LOW_RATE_LIMIT: (&str, &str) = ("OTEL_WEB_GATEWAY_MAX_REQUESTS_PER_SECOND", "1");

/// Checks that no key is in the page, its requests, the two bundles, the gateway's responses, the store with its
/// write-ahead log, the logs of the servers, or the browser's profile. Checks the files again after the shutdown.
pub(crate) async fn assert_no_key_leaked(mut stack: Stack, browser: &Browser) {
    let page = "return document.documentElement.outerHTML + JSON.stringify([{...localStorage}, {...sessionStorage}])";
    let mut texts = vec![browser.script(page, &[]).await.to_string()];
    texts.extend(stack.page.requests.all().iter().map(Recorded::transcript));
    texts.extend(responses(&stack).await);
    for text in &texts {
        assert!(!has_key(text), "leaked key in {text}");
    }
    assert_no_key_in(&dist(), "otel-endpoint");
    assert_no_key_in(&viewer_dir(), "trace-viewer");
    let files = stack.scratch.path("");
    assert_no_key_in(&files, "thrown by a journey");
    stack.stop_back_end();
    stack.stop_gateway();
    assert_no_key_in(&files, "thrown by a journey");
}

fn has_key(text: &str) -> bool {
    text.contains(KEY) || text.contains(TOKEN)
}

/// Checks that no file contains a key, and that one contains `marker`, which shows that the search works.
fn assert_no_key_in(folder: &Path, marker: &str) {
    let mut found = 0;
    for file in files(folder) {
        // A browser's profile contains sockets and temporary files.
        let text = std::fs::read(&file).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        assert!(!has_key(&text), "leaked key in {}", file.display());
        found += usize::from(text.contains(marker));
    }
    assert!(found > 0, "no {marker:?} in {}", folder.display());
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let below = |path: PathBuf| {
        if path.is_dir() {
            files(&path)
        } else {
            vec![path]
        }
    };
    entries.flat_map(|entry| below(entry.path())).collect()
}

/// Returns responses of the gateway, headers and body, to valid and invalid requests.
async fn responses(stack: &Stack) -> Vec<String> {
    let mut responses = Vec::new();
    for (path, status) in [
        ("/", 200),
        ("/healthz", 200),
        ("/metrics", 200),
        ("/api/status", 200),
        ("/api/traces", 200),
        ("/api/traces?limit=many", 400),
        ("/api/traces/nonsense", 404),
        ("/api/nonsense", 404),
        ("/open/nonsense/honeycomb", 404),
        ("/v1/traces", 405),
    ] {
        responses.push(response(stack.gateway_request(Method::GET, path), status).await);
    }
    responses.extend(error_responses(stack).await);
    responses
}

async fn error_responses(stack: &Stack) -> Vec<String> {
    const JSON: &str = "application/json";
    let too_large = " ".repeat((64 << 20) + 1);
    let mut responses = Vec::new();
    for (path, content_type, body, status) in [
        ("/v1/traces", JSON, "{", 400),
        ("/v1/traces", "application/x-protobuf", "nonsense", 400),
        ("/v1/traces", "text/plain", "", 415),
        ("/v1/traces", JSON, &too_large, 413),
        ("/v1/logs", JSON, "{", 400),
        ("/v1/metrics", JSON, "{}", 404),
        ("/api/import", JSON, "{", 400),
        ("/api/import", "text/plain", "", 415),
    ] {
        let post = stack
            .gateway_request(Method::POST, path)
            .header("content-type", content_type);
        responses.push(response(post.body(body.to_owned()), status).await);
    }
    // The rate limit applies only to clients on other machines.
    let from_other_machine = |post: RequestBuilder| post.header("x-forwarded-for", "203.0.113.1");
    for _ in 0..20 {
        let post = from_other_machine(stack.gateway_request(Method::POST, "/v1/traces"));
        responses.push(response_text(post).await);
    }
    assert!(responses.iter().any(|response| response.starts_with("429")));
    responses
}

async fn response(request: RequestBuilder, status: u16) -> String {
    let response = response_text(request).await;
    assert!(
        response.starts_with(&status.to_string()),
        "expected {status}: {response}"
    );
    response
}

async fn response_text(request: RequestBuilder) -> String {
    let response = request.send().await.expect("the gateway to respond");
    let head = format!("{} {:?}", response.status().as_u16(), response.headers());
    let body = response.text().await.expect("a text from the gateway");
    format!("{head}\n{body}")
}
