//! The router: all routes, inside the limits and the SERVER span.

use std::time::Duration;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::Uri,
    middleware::{self, Next},
    response::Response,
};

use crate::{AppState, Error, origin, response_headers, routes, telemetry, text::shortened};

/// Longest body of a request. A reply of 1024 characters takes 12 KiB where every one of them is
/// written as an escaped surrogate pair.
const BODY_MAX_BYTES: usize = 16 * 1024;

/// How long a request may take from its head to its answer; most of it is for a body that arrives
/// slowly, since statements have a deadline of their own.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);

/// The whole API, ready to be served or to be driven by a test.
pub fn app(state: AppState) -> Router {
    routes::all()
        .fallback(unknown_address)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .layer(middleware::from_fn(limit_time))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            origin::refuse_other_origins,
        ))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            telemetry::trace_request,
        ))
        .layer(middleware::from_fn(response_headers::secure))
        .with_state(state)
}

async fn limit_time(request: Request, next: Next) -> Result<Response, Error> {
    tokio::time::timeout(REQUEST_TIMEOUT, next.run(request))
        .await
        .map_err(|_| Error::Timeout)
}

async fn unknown_address(uri: Uri) -> Error {
    Error::NotFound(format!("There is nothing at {}.", shortened(uri.path())))
}

async fn wrong_method() -> Error {
    Error::MethodNotAllowed
}
