//! The search for keys in everything that people, browsers and disks get to see.

use std::path::{Path, PathBuf};

use reqwest::{Method, RequestBuilder};

use crate::support::browser::Browser;
use crate::support::honeycomb::KEY;
use crate::support::page_server::dist;
use crate::support::recorder::Recorded;
use crate::support::stack::{Stack, viewer_dir};
use crate::support::vendors::TOKEN;

/// For the gateway, so that one of its answers is "too many".
pub(crate) const FEW_REQUESTS: (&str, &str) = ("OTEL_WEB_GATEWAY_MAX_REQUESTS_PER_SECOND", "1");

/// Not in the page and its requests, the two bundles, any answer of the gateway, or what it leaves on the disk: the
/// store with its log, what the servers write, also when they stop. The browser's profile is there as well.
pub(crate) async fn are_nowhere(mut stack: Stack, browser: &Browser) {
    let page = "return document.documentElement.outerHTML + JSON.stringify([{...localStorage}, {...sessionStorage}])";
    let mut texts = vec![browser.script(page, &[]).await.to_string()];
    texts.extend(stack.page.requests.all().iter().map(Recorded::transcript));
    texts.extend(answers(&stack).await);
    for text in &texts {
        assert!(!has_key(text), "a key in {text}");
    }
    search(&dist(), "otel-endpoint");
    search(&viewer_dir(), "trace-viewer");
    let left = stack.scratch.path("");
    search(&left, "provoked by a journey");
    stack.stop_back_end();
    stack.stop_gateway();
    search(&left, "provoked by a journey");
}

fn has_key(text: &str) -> bool {
    text.contains(KEY) || text.contains(TOKEN)
}

/// No file of the folder has a key in it. One has `something`, or the search would find nothing at all.
fn search(folder: &Path, something: &str) {
    let mut found = 0;
    for file in files(folder) {
        // A browser's profile has sockets, and files that come and go.
        let text = std::fs::read(&file).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        assert!(!has_key(&text), "a key in {}", file.display());
        found += usize::from(text.contains(something));
    }
    assert!(found > 0, "no {something:?} below {}", folder.display());
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

/// What the gateway answers, head and body, when all is well and when it is not.
async fn answers(stack: &Stack) -> Vec<String> {
    let mut answers = Vec::new();
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
        answers.push(answer(stack.gateway_request(Method::GET, path), status).await);
    }
    answers.extend(refusals(stack).await);
    answers
}

async fn refusals(stack: &Stack) -> Vec<String> {
    const JSON: &str = "application/json";
    let too_large = " ".repeat((64 << 20) + 1);
    let mut answers = Vec::new();
    for (path, content_type, body, status) in [
        ("/v1/traces", JSON, "{", 400),
        ("/v1/traces", "application/x-protobuf", "nonsense", 400),
        ("/v1/traces", "text/plain", "", 415),
        ("/v1/traces", JSON, &too_large, 413),
        ("/v1/logs", JSON, "{}", 404),
        ("/api/import", JSON, "{", 400),
        ("/api/import", "text/plain", "", 415),
    ] {
        let post = stack
            .gateway_request(Method::POST, path)
            .header("content-type", content_type);
        answers.push(answer(post.body(body.to_owned()), status).await);
    }
    // Programs of this machine may send as much as they like; what a proxy passes on may not.
    let elsewhere = |post: RequestBuilder| post.header("x-forwarded-for", "203.0.113.1");
    for _ in 0..20 {
        let post = elsewhere(stack.gateway_request(Method::POST, "/v1/traces"));
        answers.push(answer_of_any_status(post).await);
    }
    assert!(answers.iter().any(|answer| answer.starts_with("429")));
    answers
}

async fn answer(request: RequestBuilder, status: u16) -> String {
    let answer = answer_of_any_status(request).await;
    assert!(
        answer.starts_with(&status.to_string()),
        "{status} expected: {answer}"
    );
    answer
}

async fn answer_of_any_status(request: RequestBuilder) -> String {
    let response = request.send().await.expect("the gateway to answer");
    let head = format!("{} {:?}", response.status().as_u16(), response.headers());
    let body = response.text().await.expect("a text from the gateway");
    format!("{head}\n{body}")
}
