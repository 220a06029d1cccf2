//! A fake Honeycomb on loopback, with the checks of the real one: the content type must be exactly that of
//! protobuf, the key must be valid, and CORS allows only certain request headers.

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

/// Long enough not to occur elsewhere by chance.
pub(crate) const KEY: &str = "hcaik_01journeys0000000000000000000000000000000000000000000000";
pub(crate) const KEY_HEADER: &str = "x-honeycomb-team";

/// `Content-Encoding` is not allowed: a page has to send its spans uncompressed.
const CORS_HEADERS: &str = "content-type, x-honeycomb-team, x-honeycomb-dataset";

#[derive(Clone, Default)]
pub(crate) struct Honeycomb {
    url: String,
    received: Arc<Mutex<Received>>,
}

#[derive(Default)]
struct Received {
    spans: Vec<Span>,
    rejections: Vec<String>,
    unavailable: usize,
    outage: Outage,
}

/// A period of 503 responses, which starts with the first request.
#[derive(Default)]
enum Outage {
    #[default]
    None,
    Pending(Duration),
    Until(Instant),
}

impl Honeycomb {
    pub(crate) async fn start() -> Self {
        let mut honeycomb = Self::default();
        let traces = post(receive).options(preflight);
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

    /// Responds with 503 for `time`, starting with the next request.
    pub(crate) fn start_outage(&self, time: Duration) {
        self.received().outage = Outage::Pending(time);
    }

    /// Returns the number of requests during the outage, once it is over.
    pub(crate) fn outage_requests(&self) -> Result<usize, String> {
        let received = self.received();
        match received.outage {
            Outage::None if received.unavailable > 0 => Ok(received.unavailable),
            _ => Err(format!(
                "the outage is not over: {} requests so far",
                received.unavailable
            )),
        }
    }

    /// Returns the reasons of all requests that were rejected for another reason than the outage.
    pub(crate) fn rejections(&self) -> Vec<String> {
        self.received().rejections.clone()
    }

    pub(crate) fn traces(&self) -> Vec<Trace> {
        Trace::group(self.received().spans.clone())
    }

    fn received(&self) -> std::sync::MutexGuard<'_, Received> {
        self.received
            .lock()
            .expect("no panic while the lock is held")
    }
}

impl Received {
    fn is_down(&mut self) -> bool {
        if let Outage::Pending(time) = self.outage {
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

async fn receive(State(honeycomb): State<Honeycomb>, headers: HeaderMap, body: Bytes) -> Response {
    let mut received = honeycomb.received();
    if received.is_down() {
        received.unavailable += 1;
        return cors(StatusCode::SERVICE_UNAVAILABLE);
    }
    match check(&headers).and_then(|()| decode(&headers, &body)) {
        Ok(request) => {
            received
                .spans
                .extend(Span::from_otlp(request.resource_spans));
            cors(ExportTraceServiceResponse::default().encode_to_vec())
        }
        Err((status, reason)) => {
            received.rejections.push(reason.clone());
            cors((status, reason))
        }
    }
}

type Rejection = (StatusCode, String);

fn check(headers: &HeaderMap) -> Result<(), Rejection> {
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

fn decode(headers: &HeaderMap, body: &Bytes) -> Result<ExportTraceServiceRequest, Rejection> {
    let reject = |error: String| (StatusCode::BAD_REQUEST, error);
    let plain = decoded(headers, body).map_err(reject)?;
    ExportTraceServiceRequest::decode(plain.as_slice()).map_err(|error| reject(error.to_string()))
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

/// Adds the CORS header, without which a page cannot read the response.
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
        request.send().await.expect("a response").status()
    }

    #[tokio::test]
    async fn content_type_with_parameters_and_wrong_key_are_rejected() {
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
        assert_eq!(honeycomb.rejections().len(), 2);
    }

    #[tokio::test]
    async fn outage_starts_with_the_first_request_and_ends() {
        let honeycomb = Honeycomb::start().await;
        honeycomb.start_outage(Duration::from_millis(50));
        assert!(honeycomb.outage_requests().is_err());
        let exact = "application/x-protobuf";
        let status = send(&honeycomb, exact, KEY).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        crate::support::wait::until("the end of the outage", async || {
            match send(&honeycomb, exact, KEY).await {
                StatusCode::OK => Ok(()),
                status => Err(status),
            }
        })
        .await;
        assert!(
            honeycomb
                .outage_requests()
                .is_ok_and(|requests| requests >= 1)
        );
    }
}
