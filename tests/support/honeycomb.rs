//! A Honeycomb on loopback, as strict as the real one where clients get it wrong: the content type must be exactly
//! protobuf's, the key must be right, and a page may send the headers its preflight answer names, no others.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prost::Message as _;

use super::body::decoded;
use super::traces::span::Span;
use super::traces::trace::Trace;

/// Long enough that no other text contains it by chance.
pub(crate) const KEY: &str = "hcaik_01journeys0000000000000000000000000000000000000000000000";
pub(crate) const KEY_HEADER: &str = "x-honeycomb-team";

/// Content-Encoding is not among them: a page has to send its spans uncompressed.
const CORS_HEADERS: &str = "content-type, x-honeycomb-team, x-honeycomb-dataset";

#[derive(Clone, Default)]
pub(crate) struct Honeycomb {
    url: String,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    spans: Vec<Span>,
    refusals: Vec<String>,
    unavailable: usize,
    outage: Outage,
}

/// A time of 503s that starts with the first request it meets.
#[derive(Default)]
enum Outage {
    #[default]
    None,
    Announced(Duration),
    Until(Instant),
}

impl Honeycomb {
    pub(crate) async fn start() -> Self {
        let mut honeycomb = Self::default();
        let traces = post(take).options(preflight);
        let app = Router::new()
            .route("/v1/traces", traces)
            .route("/1/auth", get(auth))
            .with_state(honeycomb.clone());
        honeycomb.url = super::serve(app).await;
        honeycomb
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// From the next request on, answers 503 for `time`.
    pub(crate) fn be_down_for(&self, time: Duration) {
        self.seen().outage = Outage::Announced(time);
    }

    /// How many requests the outage has met, once it is over.
    pub(crate) fn outage_met(&self) -> Result<usize, String> {
        let seen = self.seen();
        match seen.outage {
            Outage::None if seen.unavailable > 0 => Ok(seen.unavailable),
            _ => Err(format!("{} requests met it so far", seen.unavailable)),
        }
    }

    /// Requests it would not take other than for the outage, each with the reason.
    pub(crate) fn refusals(&self) -> Vec<String> {
        self.seen().refusals.clone()
    }

    pub(crate) fn traces(&self) -> Vec<Trace> {
        Trace::group(self.seen().spans.clone())
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().expect("no panic while taking spans")
    }
}

impl Seen {
    fn is_down(&mut self) -> bool {
        if let Outage::Announced(time) = self.outage {
            self.outage = Outage::Until(Instant::now() + time);
        }
        match self.outage {
            Outage::Until(end) if Instant::now() < end => true,
            _ => {
                self.outage = Outage::None;
                false
            }
        }
    }
}

async fn take(State(honeycomb): State<Honeycomb>, headers: HeaderMap, body: Bytes) -> Response {
    let mut seen = honeycomb.seen();
    if seen.is_down() {
        seen.unavailable += 1;
        return cors(StatusCode::SERVICE_UNAVAILABLE);
    }
    match check(&headers).and_then(|()| decode(&headers, &body)) {
        Ok(request) => {
            seen.spans.extend(Span::from_otlp(request.resource_spans));
            cors(ExportTraceServiceResponse::default().encode_to_vec())
        }
        Err((status, reason)) => {
            seen.refusals.push(reason.clone());
            cors((status, reason))
        }
    }
}

type Refusal = (StatusCode, String);

fn check(headers: &HeaderMap) -> Result<(), Refusal> {
    let text = |name: HeaderName| {
        headers
            .get(name)
            .and_then(|v| v.to_str().ok())
            .unwrap_or("")
    };
    let content_type = text(header::CONTENT_TYPE);
    if content_type != "application/x-protobuf" {
        let reason = format!("content type {content_type:?}");
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, reason));
    }
    if text(HeaderName::from_static(KEY_HEADER)) != KEY {
        return Err((StatusCode::UNAUTHORIZED, "unknown API key".to_owned()));
    }
    Ok(())
}

fn decode(headers: &HeaderMap, body: &Bytes) -> Result<ExportTraceServiceRequest, Refusal> {
    let refuse = |error: String| (StatusCode::BAD_REQUEST, error);
    let plain = decoded(headers, body).map_err(refuse)?;
    ExportTraceServiceRequest::decode(plain.as_slice()).map_err(|error| refuse(error.to_string()))
}

async fn preflight() -> Response {
    cors([
        (header::ACCESS_CONTROL_ALLOW_HEADERS, CORS_HEADERS),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "POST, OPTIONS"),
    ])
}

async fn auth(headers: HeaderMap) -> Response {
    if headers.get(KEY_HEADER).is_none_or(|key| key != KEY) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let team = serde_json::json!({"slug": "journeys", "name": "Journeys"});
    let environment = serde_json::json!({"slug": "test", "name": "Test"});
    axum::Json(serde_json::json!({"team": team, "environment": environment})).into_response()
}

/// The real answers carry it too, or a page could not read them.
fn cors(response: impl IntoResponse) -> Response {
    ([(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")], response).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn send(honeycomb: &Honeycomb, content_type: &str, key: &str) -> StatusCode {
        let url = format!("{}/v1/traces", honeycomb.url());
        let request = super::super::http_client()
            .post(url)
            .header(KEY_HEADER, key);
        let request = request.header(header::CONTENT_TYPE, content_type);
        request.send().await.expect("an answer").status()
    }

    #[tokio::test]
    async fn refuses_a_content_type_with_parameters_and_a_wrong_key() {
        let honeycomb = Honeycomb::start().await;
        let exact = "application/x-protobuf";
        assert_eq!(send(&honeycomb, exact, KEY).await, StatusCode::OK);
        assert_eq!(
            send(&honeycomb, exact, "guess").await,
            StatusCode::UNAUTHORIZED
        );
        let with_parameter = "application/x-protobuf; charset=utf-8";
        let status = send(&honeycomb, with_parameter, KEY).await;
        assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert_eq!(honeycomb.refusals().len(), 2);
    }

    #[tokio::test]
    async fn an_outage_starts_with_the_request_it_meets_and_passes() {
        let honeycomb = Honeycomb::start().await;
        honeycomb.be_down_for(Duration::from_millis(50));
        assert!(honeycomb.outage_met().is_err());
        let exact = "application/x-protobuf";
        let status = send(&honeycomb, exact, KEY).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        crate::support::wait::until("the outage to pass", async || {
            match send(&honeycomb, exact, KEY).await {
                StatusCode::OK => Ok(()),
                status => Err(status),
            }
        })
        .await;
        assert!(honeycomb.outage_met().is_ok_and(|requests| requests >= 1));
    }
}
