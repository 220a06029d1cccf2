//! A gateway with its own store, and spans to send to it.

mod honeycomb;
mod logs;
mod process;
mod receiver;
mod rollbar;
mod rollbar_item;
mod rules;
mod segment_document;
mod served;
mod spans;
mod xray_daemon;

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use bytes::Bytes;
use otel_web_gateway::{Config, Gateway};
use prost::Message;
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tower::ServiceExt;
use trace_model::{Span, Status, otlp_json};

pub(crate) use self::{
    honeycomb::{CLASSIC_KEY, FakeHoneycomb, KEY, Reply},
    logs::{ERROR, INFO, log, logs_request},
    process::{Process, client, command, isolated, post},
    receiver::{Manner, Receiver},
    rollbar::{FakeRollbar, TOKEN},
    served::Served,
    spans::{enclose, exception, exception_at, gzip, request, span, text, trace_id},
    xray_daemon::FakeDaemon,
};

#[cfg(target_os = "linux")]
pub(crate) use self::process::command_after;

/// Serves the router, and returns its URL.
pub(crate) async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, router).into_future());
    url
}

pub(crate) const PROTOBUF: &str = "application/x-protobuf";
pub(crate) const JSON: &str = "application/json";

/// Long enough for a busy machine. Only a failing test reaches it.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// A gateway on a free port. Requests go to its router directly.
pub(crate) struct TestGateway {
    gateway: Gateway,
    config: Config,
    dir: Arc<TempDir>,
}

impl TestGateway {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(configure: impl FnOnce(&mut Config)) -> Self {
        let dir = Arc::new(tempfile::tempdir().unwrap());
        let mut config = Config::default();
        config.listen = "127.0.0.1:0".to_owned();
        config.db = dir.path().join("traces.db");
        configure(&mut config);
        Self::open(config, dir).await
    }

    /// Opens a gateway as soon as the previous one, in this process, has released the store.
    pub(crate) async fn open(config: Config, dir: Arc<TempDir>) -> Self {
        let deadline = tokio::time::Instant::now() + DEADLINE;
        let gateway = loop {
            match Gateway::start(&config).await {
                Ok(gateway) => break gateway,
                Err(error) => {
                    let is_locked = error
                        .to_string()
                        .contains("another gateway uses this store");
                    assert!(
                        is_locked && tokio::time::Instant::now() < deadline,
                        "{error}"
                    );
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
        };
        Self {
            gateway,
            config,
            dir,
        }
    }

    /// Stops the gateway, as Ctrl-C does.
    pub(crate) async fn stop(self) -> (Config, Arc<TempDir>) {
        self.gateway.serve(async {}).await;
        (self.config, self.dir)
    }

    /// Restarts the gateway on the same store with another configuration.
    pub(crate) async fn restart_with(self, configure: impl FnOnce(&mut Config)) -> Self {
        let (mut config, dir) = self.stop().await;
        configure(&mut config);
        Self::open(config, dir).await
    }

    /// Returns the address at which the gateway would serve.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.gateway.address()
    }

    /// Serves requests of its socket.
    pub(crate) async fn serve_until(self, stopped: impl Future<Output = ()> + Send) {
        self.gateway.serve(stopped).await;
    }

    pub(crate) fn router(&self) -> Router {
        self.gateway.router()
    }

    /// Opens the store's database, to damage or inspect it.
    pub(crate) fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(&self.config.db).unwrap()
    }

    /// Returns the folder of the store's files.
    pub(crate) fn folder(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn xray_address(&self) -> Option<SocketAddr> {
        self.gateway.xray_address()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: to_bytes(body, usize::MAX).await.unwrap(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path).body(Body::empty()).unwrap();
        self.send(request).await
    }

    /// Posts to `/v1/traces`.
    pub(crate) async fn post(&self, content_type: &str, body: impl Into<Body>) -> Answer {
        self.post_with(content_type, &[], body).await
    }

    pub(crate) async fn post_with(
        &self,
        content_type: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(Method::POST).uri("/v1/traces");
        request = request.header(header::CONTENT_TYPE, content_type);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body.into()).unwrap()).await
    }

    /// Posts protobuf, and asserts that all spans are accepted without a warning.
    pub(crate) async fn export(&self, request: impl Message) {
        let answer = self.post(PROTOBUF, request.encode_to_vec()).await;
        assert_eq!((answer.status, answer.body.len()), (StatusCode::OK, 0));
    }

    /// Returns the names of the traces that `/api/traces` lists.
    pub(crate) async fn list(&self, query: &str) -> Vec<String> {
        let list = self.get(&format!("/api/traces?{query}")).await.json();
        let names = list["traces"].as_array().unwrap().iter();
        names
            .map(|trace| trace["name"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Returns the stored spans of a trace.
    pub(crate) async fn spans(&self, trace_id: &str) -> Vec<Span> {
        let answer = self.get(&format!("/api/traces/{trace_id}")).await;
        decode_spans(&answer.body)
    }

    pub(crate) async fn status(&self) -> Status {
        serde_json::from_slice(&self.get("/api/status").await.body).unwrap()
    }

    /// Waits until the list is as expected.
    pub(crate) async fn list_when(&self, query: &str, expected: impl Fn(&[String]) -> bool) {
        let deadline = tokio::time::Instant::now() + DEADLINE;
        loop {
            let names = self.list(query).await;
            if expected(&names) {
                return;
            }
            assert!(tokio::time::Instant::now() < deadline, "still {names:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until a JSON response is as expected.
    pub(crate) async fn json_when(&self, path: &str, expected: impl Fn(&Value) -> bool) -> Value {
        let deadline = tokio::time::Instant::now() + DEADLINE;
        loop {
            let found = self.get(path).await.json();
            if expected(&found) {
                return found;
            }
            assert!(tokio::time::Instant::now() < deadline, "still {found}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until the gateway's status is as expected.
    pub(crate) async fn status_when(&self, expected: impl Fn(&Status) -> bool) -> Status {
        let deadline = tokio::time::Instant::now() + DEADLINE;
        loop {
            let status = self.status().await;
            if expected(&status) {
                return status;
            }
            assert!(tokio::time::Instant::now() < deadline, "still {status:#?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Decodes the spans of OTLP JSON.
pub(crate) fn decode_spans(json: &[u8]) -> Vec<Span> {
    otlp_json::decode(std::str::from_utf8(json).unwrap()).spans
}

/// A complete response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}
