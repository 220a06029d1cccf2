//! Spans that are sent to a path where nothing takes them: their sender is told the right one.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{Edge, Refusal};

/// The only path that takes anything besides `/v1/traces`.
const IMPORT: &str = "/api/import";

/// What senders of telemetry ask for by paths: OTLP's, under a prefix or misspelled.
const SIGNALS: &[&str] = &["/v1/trace", "/v1/logs", "/v1/metrics", "/v1/spans"];

/// gRPC's paths begin so.
const GRPC: &str = "/opentelemetry.proto.collector.";

/// Middleware for what only looks at traces: whoever sends something there wanted to send it
/// elsewhere, and has no use for being asked for a token.
pub(crate) async fn elsewhere(
    State(edge): State<Arc<Edge>>,
    request: Request,
    next: Next,
) -> Response {
    if is_export(&request) {
        refused(&edge, request).await
    } else {
        next.run(request).await
    }
}

/// Answers for all paths of a socket that takes spans only.
pub(crate) async fn refuse_elsewhere(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    if is_export(&request) {
        return refused(&edge, request).await;
    }
    // A browser, or a scanner: nobody whose spans are missing.
    let text = "this gateway takes OTLP at /v1/traces, by POST; /healthz says whether it is well";
    (StatusCode::NOT_FOUND, text).into_response()
}

async fn refused(edge: &Edge, request: Request) -> Response {
    let path = request.uri().path();
    let refusal = if path.starts_with(GRPC) {
        Refusal::Grpc
    } else {
        Refusal::Path(path.to_owned())
    };
    edge.refuse(&refusal, request).await
}

/// Whether somebody sends something, or tries whether it could be sent.
fn is_export(request: &Request) -> bool {
    let path = request.uri().path();
    match *request.method() {
        Method::GET | Method::HEAD | Method::OPTIONS => {
            path.starts_with(GRPC) || SIGNALS.iter().any(|signal| path.contains(signal))
        }
        _ => path != IMPORT,
    }
}
