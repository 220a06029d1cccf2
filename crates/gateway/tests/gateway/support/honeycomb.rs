//! A fake Honeycomb that is stricter than the real one and gives configured responses.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::SystemTime,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Response},
    routing::{get, post},
};
use opentelemetry_proto::tonic::{
    collector::{
        logs::v1::ExportLogsServiceRequest,
        trace::v1::{
            ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
        },
    },
    logs::v1::LogRecord,
    trace::v1::Span,
};
use prost::Message;

use self::rules::Mistake;
use super::{
    logs::records_of,
    spans::{inflated, spans_of},
};

mod rules;

pub(crate) const KEY: &str = "hcaik_01hqk4k20cjeh63wca8vva5stw70nft6m5n8wr8f5mjx3762s8269j50wc";

/// A key of a team without environments.
pub(crate) const CLASSIC_KEY: &str = "0123456789abcdef0123456789abcdef";

/// Honeycomb documents 5 MB as the limit of a request, and 413 above it. The documentation does not say
/// whether that is the compressed size, so the fake uses the stricter one.
const MAX_BYTES: usize = 5_000_000;

/// The response to one request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Take,
    /// Accepts the request except for this number of spans.
    Partial(i64),
    /// Rejects with a status and an optional `Retry-After`.
    Refuse(u16, Option<String>),
    /// Rejects all requests of more than this number of spans with 413.
    AtMost(usize),
    /// Never responds to requests of more than this number of spans.
    SilentAbove(usize),
}

#[derive(Debug, Default)]
struct Seen {
    replies: VecDeque<Reply>,
    headers: Vec<HeaderMap>,
    arrivals: Vec<SystemTime>,
    taken: Vec<ExportTraceServiceRequest>,
    taken_logs: Vec<ExportLogsServiceRequest>,
    /// Statuses of requests that violated its rules.
    mistakes: Vec<u16>,
    /// Acts as a plain OTLP receiver, without a key.
    is_collector: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct FakeHoneycomb {
    pub(crate) url: String,
    seen: Arc<Mutex<Seen>>,
}

impl FakeHoneycomb {
    /// Gives `replies` in turn, then accepts everything.
    pub(crate) async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::serve(replies, false).await
    }

    /// Starts a plain OTLP receiver, without a key.
    pub(crate) async fn collector(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::serve(replies, true).await
    }

    async fn serve(replies: impl IntoIterator<Item = Reply>, is_collector: bool) -> Self {
        let seen = Arc::new(Mutex::new(Seen {
            replies: replies.into_iter().collect(),
            is_collector,
            ..Seen::default()
        }));
        let router = Router::new()
            .route("/v1/traces", post(answer::<ExportTraceServiceRequest>))
            .route("/v1/logs", post(answer::<ExportLogsServiceRequest>))
            .route("/1/auth", get(auth))
            .with_state(Arc::clone(&seen));
        let url = super::serve(router).await;
        Self { url, seen }
    }

    /// Returns the headers of all requests, including rejected ones.
    pub(crate) fn headers(&self) -> Vec<HeaderMap> {
        self.seen.lock().unwrap().headers.clone()
    }

    /// Returns the times of these requests.
    pub(crate) fn arrivals(&self) -> Vec<SystemTime> {
        self.seen.lock().unwrap().arrivals.clone()
    }

    /// Returns the statuses of requests that violated its rules.
    pub(crate) fn mistakes(&self) -> Vec<u16> {
        self.seen.lock().unwrap().mistakes.clone()
    }

    pub(crate) fn taken(&self) -> Vec<ExportTraceServiceRequest> {
        self.seen.lock().unwrap().taken.clone()
    }

    /// Returns the accepted log records in order.
    pub(crate) fn log_records(&self) -> Vec<LogRecord> {
        let seen = self.seen.lock().unwrap();
        seen.taken_logs.iter().flat_map(records_of).collect()
    }

    /// Returns the accepted spans in order.
    pub(crate) fn spans(&self) -> Vec<Span> {
        self.taken().into_iter().flat_map(spans_of).collect()
    }
}

/// Returns the account of the key, as documented by Honeycomb.
async fn auth(headers: HeaderMap) -> Response<Body> {
    if let Err((status, problem)) = rules::key(&headers) {
        return refuse(status, None, problem);
    }
    let body = r#"{"id":"hcaik_01","type":"ingest","api_key_access":{"events":true},
        "environment":{"name":"Test","slug":"test"},"team":{"name":"Cruddur","slug":"cruddur"}}"#;
    Response::new(Body::from(body))
}

/// A request of either kind.
trait Export: Message + Default + 'static {
    fn records(&self) -> usize;

    fn keep(self, seen: &mut Seen);
}

impl Export for ExportTraceServiceRequest {
    fn records(&self) -> usize {
        spans_of(self.clone()).count()
    }

    fn keep(self, seen: &mut Seen) {
        seen.taken.push(self);
    }
}

impl Export for ExportLogsServiceRequest {
    fn records(&self) -> usize {
        records_of(self).len()
    }

    fn keep(self, seen: &mut Seen) {
        seen.taken_logs.push(self);
    }
}

async fn answer<R: Export>(
    State(seen): State<Arc<Mutex<Seen>>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let request: R = match seen.lock().unwrap().read(&headers, &body) {
        Ok(request) => request,
        Err((status, problem)) => return refuse(status, None, problem),
    };
    let reply = next_reply(&seen);
    if matches!(reply, Reply::SilentAbove(records) if request.records() > records) {
        std::future::pending().await
    }
    let mut seen = seen.lock().unwrap();
    match reply {
        // Repeats the key, as a careless server may.
        Reply::Refuse(status, after) => refuse(status, after, &format!("no, {KEY}")),
        Reply::AtMost(records) if request.records() > records => refuse(413, None, "too large"),
        Reply::Partial(rejected_spans) => take(&mut seen, request, rejected_spans),
        Reply::Take | Reply::AtMost(_) | Reply::SilentAbove(_) => take(&mut seen, request, 0),
    }
}

fn next_reply(seen: &Mutex<Seen>) -> Reply {
    let mut seen = seen.lock().unwrap();
    match seen.replies.front() {
        Some(always @ (Reply::AtMost(_) | Reply::SilentAbove(_))) => always.clone(),
        _ => seen.replies.pop_front().unwrap_or(Reply::Take),
    }
}

impl Seen {
    fn read<R: Export>(&mut self, headers: &HeaderMap, body: &[u8]) -> Result<R, Mistake> {
        self.headers.push(headers.clone());
        self.arrivals.push(SystemTime::now());
        let known = if self.is_collector {
            Ok(())
        } else {
            rules::key(headers)
        };
        let read = known.and_then(|()| rules::request(headers, body));
        read.inspect_err(|(status, _)| self.mistakes.push(*status))
    }
}

/// Responses of both kinds are the same on the wire.
fn take(seen: &mut Seen, request: impl Export, rejected_spans: i64) -> Response<Body> {
    request.keep(seen);
    let partial = ExportTracePartialSuccess {
        rejected_spans,
        error_message: format!("too old, {KEY}"),
    };
    let response = ExportTraceServiceResponse {
        partial_success: (rejected_spans > 0).then_some(partial),
    };
    Response::new(Body::from(response.encode_to_vec()))
}

fn refuse(status: u16, after: Option<String>, text: &str) -> Response<Body> {
    let mut response = Response::builder().status(status);
    if let Some(after) = after {
        response = response.header("retry-after", after);
    }
    response.body(Body::from(text.to_owned())).unwrap()
}
