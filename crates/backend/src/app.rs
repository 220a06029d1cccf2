//! The router: all routes, inside the limits and the SERVER span.

use axum::{Router, extract::DefaultBodyLimit, http::Uri, middleware};

use crate::{AppState, Error, response_headers, routes, telemetry};

/// Longest body of a request. A reply of 1024 characters takes 12 KiB where every one of them is
/// written as an escaped surrogate pair.
const BODY_MAX_BYTES: usize = 16 * 1024;

/// The whole API, ready to be served or to be driven by a test.
pub fn app(state: AppState) -> Router {
    routes::all()
        .fallback(unknown_address)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .layer(middleware::from_fn(telemetry::trace_request))
        .layer(middleware::from_fn(response_headers::secure))
        .with_state(state)
}

async fn unknown_address(uri: Uri) -> Error {
    Error::NotFound(format!("There is nothing at {}.", uri.path()))
}

async fn wrong_method() -> Error {
    Error::MethodNotAllowed
}
