//! Rejects exports to a path that does not accept them, with the right path in the error.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{Edge, IngestError};

/// The only other path that accepts a body.
const IMPORT: &str = "/api/import";

/// Parts of paths that exporters request: OTLP's, also under a prefix or misspelled.
const SIGNALS: &[&str] = &["/v1/trace", "/v1/logs", "/v1/metrics", "/v1/spans"];

/// The beginning of gRPC's paths.
const GRPC: &str = "/opentelemetry.proto.collector.";

/// Middleware for the viewer and its API. An export to one of their paths is a mistake of the
/// exporter's configuration, so the error is about the path and not about a missing token.
pub(crate) async fn reject_exports(
    State(edge): State<Arc<Edge>>,
    request: Request,
    next: Next,
) -> Response {
    if is_export(&request) {
        reject(&edge, request).await
    } else {
        next.run(request).await
    }
}

/// Handles all other paths of a socket that accepts only exports.
pub(crate) async fn reject_other_paths(
    State(edge): State<Arc<Edge>>,
    request: Request,
) -> Response {
    if is_export(&request) {
        return reject(&edge, request).await;
    }
    // A browser or a scanner: not an export, so it is not counted.
    let text =
        "this gateway accepts OTLP by POST to /v1/traces and /v1/logs; /healthz returns its state";
    (StatusCode::NOT_FOUND, text).into_response()
}

async fn reject(edge: &Edge, request: Request) -> Response {
    let path = request.uri().path();
    let error = if path.starts_with(GRPC) {
        IngestError::Grpc
    } else {
        IngestError::Path(path.to_owned())
    };
    edge.reject(&error, request).await
}

/// Returns whether a request is an export, or a probe for one.
fn is_export(request: &Request) -> bool {
    let path = request.uri().path();
    match *request.method() {
        Method::GET | Method::HEAD | Method::OPTIONS => {
            path.starts_with(GRPC) || SIGNALS.iter().any(|signal| path.contains(signal))
        }
        // A page's request to delete something is not an export.
        Method::DELETE => false,
        _ => path != IMPORT,
    }
}
