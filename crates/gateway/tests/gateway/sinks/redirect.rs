//! A redirect of a receiver does not send the key to another host.

use std::sync::{Arc, Mutex};

use axum::{Router, http::Uri, response::Redirect};
use otel_web_gateway::{Config, Honeycomb, Otlp, Rollbar, Secret};
use trace_model::Status;

use super::sink;
use crate::support::{KEY, TOKEN, TestGateway, exception, request, serve, span};

type Paths = Arc<Mutex<Vec<String>>>;

/// Responds with 307 to the same path at `target`, and records the path.
async fn redirecting_to(target: String) -> (String, Paths) {
    let paths = Paths::default();
    let seen = Arc::clone(&paths);
    let answer = async move |uri: Uri| {
        seen.lock().unwrap().push(uri.path().to_owned());
        Redirect::temporary(&format!("{target}{}", uri.path()))
    };
    (serve(Router::new().fallback(answer)).await, paths)
}

fn times(paths: &Paths, path: &str) -> usize {
    let paths = paths.lock().unwrap();
    paths.iter().filter(|seen| *seen == path).count()
}

/// Waits until the sink has dropped a batch, and asserts that the other host got no request.
async fn assert_stays(name: &str, path: &str, configure: impl FnOnce(&mut Config, String)) {
    let (elsewhere, came) = redirecting_to(String::new()).await;
    let (url, asked) = redirecting_to(elsewhere).await;
    let gateway = TestGateway::start_with(|config| configure(config, url)).await;
    let error = exception(span(1, 1, "a"), "7");
    gateway.export(request("shop", vec![error])).await;
    let dropped = |status: &Status| sink(status, name).dropped.contains_key("http_307");
    gateway.status_when(dropped).await;
    assert_eq!(times(&asked, path), 1);
    if name == "honeycomb" {
        // A second request proves that the first response was read.
        gateway.status_when(|_| times(&asked, "/1/auth") > 1).await;
    }
    assert_eq!(came.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn honeycomb_key_does_not_follow_a_redirect() {
    assert_stays("honeycomb", "/v1/traces", |config, url| {
        let mut honeycomb = Honeycomb::new(Secret::new(KEY));
        honeycomb.endpoint = url;
        config.honeycomb = Some(honeycomb);
    })
    .await;
}

#[tokio::test]
async fn otlp_header_does_not_follow_a_redirect() {
    assert_stays("otlp", "/v1/traces", |config, url| {
        let mut otlp = Otlp::new(url);
        otlp.headers.push(("x-team".to_owned(), Secret::new(KEY)));
        config.otlp = Some(otlp);
    })
    .await;
}

#[tokio::test]
async fn rollbar_token_does_not_follow_a_redirect() {
    assert_stays("rollbar", "/api/1/item/", |config, url| {
        let mut rollbar = Rollbar::new(Secret::new(TOKEN));
        rollbar.endpoint = url;
        config.rollbar = Some(rollbar);
    })
    .await;
}
