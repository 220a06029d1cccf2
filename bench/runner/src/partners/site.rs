//! The origin of the page: its files, the gateway below `/otlp/`, and a server below `/api/`, as behind a reverse proxy.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use bench_runner::server;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The page of the benchmarks, which also sends X-Ray's header.
const DOCUMENT: &str = r#"<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="otel-propagate-xray" content="true">
    <title>partners</title>
    <script type="module" src="page.js"></script>
  </head>
  <body></body>
</html>
"#;

/// A server that runs until it is dropped.
#[derive(Debug)]
pub(super) struct Site {
    origin: String,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Parts {
    folder: PathBuf,
    gateway: String,
    server: String,
    client: reqwest::Client,
}

impl Site {
    /// Starts it on a free port of the loopback interface.
    pub(super) async fn start(
        folder: PathBuf,
        (gateway, server): (String, String),
    ) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .context("no free port")?;
        let origin = format!("http://{}", listener.local_addr()?);
        let parts = Parts {
            folder,
            gateway,
            server,
            client: http_client::builder().no_proxy().build()?,
        };
        let app = Router::new()
            .route("/", get(async || Html(DOCUMENT)))
            .fallback(respond)
            .with_state(Arc::new(parts));
        let task = tokio::spawn(async move {
            // Dropping the site aborts this task.
            drop(axum::serve(listener, app).await);
        });
        Ok(Self { origin, task })
    }

    pub(super) fn origin(&self) -> &str {
        &self.origin
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn respond(
    State(parts): State<Arc<Parts>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path();
    let target = match (path.strip_prefix("/otlp"), path.strip_prefix("/api")) {
        (Some(path), _) => format!("{}{path}", parts.gateway),
        (_, Some(path)) => format!("{}{path}", parts.server),
        _ => return server::read(&parts.folder, path).await,
    };
    match forward(&parts.client, method, &target, headers, body).await {
        Ok(response) => response,
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

async fn forward(
    client: &reqwest::Client,
    method: Method,
    target: &str,
    mut headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    for name in [header::HOST, header::CONNECTION, header::CONTENT_LENGTH] {
        headers.remove(name);
    }
    let request = client.request(method, target).headers(headers).body(body);
    let response = request.send().await?;
    let status = response.status();
    let content_type = response.headers().get(header::CONTENT_TYPE).cloned();
    let mut relayed = Response::new(Body::from(response.bytes().await?));
    *relayed.status_mut() = status;
    if let Some(content_type) = content_type {
        relayed
            .headers_mut()
            .insert(header::CONTENT_TYPE, content_type);
    }
    Ok(relayed)
}
