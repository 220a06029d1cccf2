//! A collector that can misbehave, and remembers what reached it.
//!
//! It answers whatever is posted to it, so that SDKs with a protocol of their own find an end, too;
//! spans are read out of OTLP only, in protobuf or JSON, compressed or not.

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

/// One request that was taken with success.
#[derive(Clone, Debug)]
pub struct Received {
    pub path: String,
    pub headers: HeaderMap,
    /// What the body took on the wire.
    pub bytes: usize,
    pub spans: Vec<Span>,
}

/// A request that waits for its answer; preflights are asked about, too.
#[derive(Debug)]
pub struct Asked<'a> {
    pub method: &'a Method,
    pub path: &'a str,
    /// How many came before it, preflights not counted.
    pub number: usize,
    pub spans: &'a [Span],
}

#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: Vec<(HeaderName, String)>,
    /// Before it is sent.
    pub delay: Duration,
}

impl Answer {
    #[must_use]
    pub fn status(status: StatusCode) -> Self {
        Self {
            status,
            headers: Vec::new(),
            delay: Duration::ZERO,
        }
    }

    #[must_use]
    pub fn ok() -> Self {
        Self::status(StatusCode::OK)
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

type Decide = dyn Fn(&Asked<'_>) -> Answer + Send + Sync;

/// What came so far.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub received: Vec<Received>,
    /// The statuses of the requests that were refused.
    pub refused: Vec<StatusCode>,
    pub preflights: usize,
}

pub struct Collector {
    decide: Mutex<Arc<Decide>>,
    asked: AtomicUsize,
    seen: watch::Sender<Seen>,
}

impl Default for Collector {
    fn default() -> Self {
        Self {
            decide: Mutex::new(Arc::new(|_| Answer::ok())),
            asked: AtomicUsize::new(0),
            seen: watch::Sender::default(),
        }
    }
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collector").finish_non_exhaustive()
    }
}

impl Collector {
    /// How requests are answered from now on. At first, all of them are taken.
    pub fn answer_with(&self, decide: impl Fn(&Asked<'_>) -> Answer + Send + Sync + 'static) {
        *locked(&self.decide) = Arc::new(decide);
    }

    /// Everything since it was last forgotten.
    #[must_use]
    pub fn seen(&self) -> Seen {
        self.seen.borrow().clone()
    }

    pub fn forget(&self) {
        self.seen.send_replace(Seen::default());
    }

    /// Waits until `is_enough`; whether that came to be within `limit`.
    pub async fn until(&self, limit: Duration, is_enough: impl FnMut(&Seen) -> bool) -> bool {
        let mut seen = self.seen.subscribe();
        let enough = tokio::time::timeout(limit, seen.wait_for(is_enough)).await;
        matches!(enough, Ok(Ok(_)))
    }

    /// Waits until nothing has come for as long as `quiet`.
    pub async fn until_quiet(&self, quiet: Duration) {
        let mut seen = self.seen.subscribe();
        while tokio::time::timeout(quiet, seen.changed()).await.is_ok() {}
    }

    fn decide(&self, method: &Method, path: &str, spans: &[Span]) -> Answer {
        let is_preflight = method == Method::OPTIONS;
        let asked = Asked {
            method,
            path,
            number: self
                .asked
                .fetch_add(usize::from(!is_preflight), Ordering::Relaxed),
            spans,
        };
        let decide = Arc::clone(&locked(&self.decide));
        decide(&asked)
    }

    fn note(&self, status: StatusCode, request: Received) {
        self.seen.send_modify(|seen| {
            if status.is_success() {
                seen.received.push(request);
            } else {
                seen.refused.push(status);
            }
        });
    }
}

/// The handler of every path that takes spans.
pub async fn take(
    State(collector): State<Arc<Collector>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let spans = otlp::spans(&headers, &body).unwrap_or_default();
    let answer = collector.decide(&method, uri.path(), &spans);
    tokio::time::sleep(answer.delay).await;
    let cors = cors(&headers);
    if method == Method::OPTIONS {
        collector.seen.send_modify(|seen| seen.preflights += 1);
    } else {
        let request = Received {
            path: uri.path().to_owned(),
            bytes: body.len(),
            spans,
            headers,
        };
        collector.note(answer.status, request);
    }
    respond(answer, cors)
}

fn respond(answer: Answer, cors: HeaderMap) -> Response {
    let mut response = (answer.status, cors, "{}").into_response();
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Every origin may send everything, with its cookies.
fn cors(request: &HeaderMap) -> HeaderMap {
    let asked = |name: HeaderName| request.get(name).cloned();
    let any = HeaderValue::from_static("*");
    let origin = asked(header::ORIGIN).unwrap_or_else(|| any.clone());
    let names = asked(header::ACCESS_CONTROL_REQUEST_HEADERS).unwrap_or(any);
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

/// What is guarded even when a holder panicked: it is whole at any time.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
