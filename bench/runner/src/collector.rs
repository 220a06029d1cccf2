//! A collector that records requests, and can respond with errors and delays.
//!
//! It responds to any request, so SDKs with a protocol of their own work as well. Spans are decoded from OTLP only, in
//! protobuf or JSON, compressed or not.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use tokio::sync::watch;

use crate::otlp::{self, Span};

/// An SDK that records its own export requests never stops to send: each request is the content of the next one.
const QUIET_LIMIT: Duration = Duration::from_secs(20);

/// A request whose spans were kept.
#[derive(Clone, Debug)]
pub struct Received {
    pub path: String,
    pub headers: HeaderMap,
    /// The size of the body on the wire.
    pub bytes: usize,
    pub spans: Vec<Span>,
}

/// A request, or a CORS preflight, before its response.
#[derive(Debug)]
pub struct RequestInfo<'a> {
    pub method: &'a Method,
    pub path: &'a str,
    /// How many requests came before it, without preflights.
    pub number: usize,
    pub spans: &'a [Span],
}

/// How the collector responds to a request.
#[derive(Clone, Debug)]
pub struct PlannedResponse {
    pub status: StatusCode,
    pub headers: Vec<(HeaderName, String)>,
    pub body: &'static str,
    /// Whether the sender of the response keeps the spans of its request.
    pub is_receiver: bool,
    /// How long to wait before it is sent.
    pub delay: Duration,
}

impl PlannedResponse {
    #[must_use]
    pub fn status(status: StatusCode) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: "{}",
            is_receiver: status.is_success(),
            delay: Duration::ZERO,
        }
    }

    #[must_use]
    pub fn ok() -> Self {
        Self::status(StatusCode::OK)
    }

    /// Responds as a server does that knows nothing of spans: with 200 and a page.
    #[must_use]
    pub fn page(html: &'static str) -> Self {
        Self {
            body: html,
            is_receiver: false,
            ..Self::ok().header(header::CONTENT_TYPE, "text/html; charset=utf-8")
        }
    }

    #[must_use]
    pub fn header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

type RespondFn = dyn Fn(&RequestInfo<'_>) -> PlannedResponse + Send + Sync;

/// The requests so far.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    pub received: Vec<Received>,
    /// The statuses of the responses to requests whose spans were not kept.
    pub rejected: Vec<StatusCode>,
    pub preflights: usize,
}

pub struct Collector {
    respond: Mutex<Arc<RespondFn>>,
    requests: AtomicUsize,
    observed: watch::Sender<Observed>,
}

impl Default for Collector {
    fn default() -> Self {
        Self {
            respond: Mutex::new(Arc::new(|_| PlannedResponse::ok())),
            requests: AtomicUsize::new(0),
            observed: watch::Sender::default(),
        }
    }
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collector").finish_non_exhaustive()
    }
}

impl Collector {
    /// Sets how it responds from now on. Without a call, every response is 200.
    pub fn respond_with(
        &self,
        respond: impl Fn(&RequestInfo<'_>) -> PlannedResponse + Send + Sync + 'static,
    ) {
        *locked(&self.respond) = Arc::new(respond);
    }

    /// Returns the requests since the last [`Self::clear`].
    #[must_use]
    pub fn observed(&self) -> Observed {
        self.observed.borrow().clone()
    }

    pub fn clear(&self) {
        self.observed.send_replace(Observed::default());
    }

    /// Waits until `is_enough` returns true. Returns false after `limit`.
    pub async fn wait_until(
        &self,
        limit: Duration,
        is_enough: impl FnMut(&Observed) -> bool,
    ) -> bool {
        let mut observed = self.observed.subscribe();
        let enough = tokio::time::timeout(limit, observed.wait_for(is_enough)).await;
        matches!(enough, Ok(Ok(_)))
    }

    /// Waits until no request has arrived for as long as `quiet`, but for at most 20 seconds.
    pub async fn wait_until_quiet(&self, quiet: Duration) {
        self.quiet_within(quiet, QUIET_LIMIT).await;
    }

    /// Returns false after `limit`.
    async fn quiet_within(&self, quiet: Duration, limit: Duration) -> bool {
        let mut observed = self.observed.subscribe();
        let quiet_period = async {
            while tokio::time::timeout(quiet, observed.changed())
                .await
                .is_ok()
            {}
        };
        tokio::time::timeout(limit, quiet_period).await.is_ok()
    }

    fn plan(&self, method: &Method, path: &str, spans: &[Span]) -> PlannedResponse {
        let is_preflight = method == Method::OPTIONS;
        let request = RequestInfo {
            method,
            path,
            number: self
                .requests
                .fetch_add(usize::from(!is_preflight), Ordering::Relaxed),
            spans,
        };
        let respond = Arc::clone(&locked(&self.respond));
        respond(&request)
    }

    fn record(&self, planned: &PlannedResponse, request: Received) {
        self.observed.send_modify(|observed| {
            if planned.is_receiver {
                observed.received.push(request);
            } else {
                observed.rejected.push(planned.status);
            }
        });
    }
}

/// Handles every path that receives spans.
pub async fn receive(
    State(collector): State<Arc<Collector>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let spans = otlp::spans(&headers, &body).unwrap_or_default();
    let planned = collector.plan(&method, uri.path(), &spans);
    tokio::time::sleep(planned.delay).await;
    let cors = cors(&headers);
    if method == Method::OPTIONS {
        collector
            .observed
            .send_modify(|observed| observed.preflights += 1);
    } else {
        let request = Received {
            path: uri.path().to_owned(),
            bytes: body.len(),
            spans,
            headers,
        };
        collector.record(&planned, request);
    }
    respond(planned, cors)
}

fn respond(planned: PlannedResponse, cors: HeaderMap) -> Response {
    let mut response = (planned.status, cors, planned.body).into_response();
    for (name, value) in planned.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Allows every origin, every header and cookies.
fn cors(request: &HeaderMap) -> HeaderMap {
    let request = |name: HeaderName| request.get(name).cloned();
    let any = HeaderValue::from_static("*");
    let origin = request(header::ORIGIN).unwrap_or_else(|| any.clone());
    let names = request(header::ACCESS_CONTROL_REQUEST_HEADERS).unwrap_or(any);
    HeaderMap::from_iter([
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, origin),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, names),
        (
            header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
            HeaderValue::from_static("true"),
        ),
        (
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("retry-after"),
        ),
        (
            header::ACCESS_CONTROL_MAX_AGE,
            HeaderValue::from_static("0"),
        ),
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        ),
    ])
}

/// Locks a mutex even if it is poisoned, because its value is always consistent.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn sender_that_never_stops_does_not_stop_the_measurement() {
        let collector = Arc::new(Collector::default());
        let sender = tokio::spawn({
            let collector = Arc::clone(&collector);
            async move {
                loop {
                    collector.observed.send_modify(|_| ());
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            }
        });
        let (quiet, limit) = (Duration::from_secs(60), Duration::from_millis(50));
        assert!(!collector.quiet_within(quiet, limit).await);
        sender.abort();
        assert!(collector.quiet_within(limit, quiet).await);
    }
}
