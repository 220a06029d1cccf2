//! The router: all routes, with the request limits and the SERVER span.

use std::time::Duration;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::Uri,
    middleware::{self, Next},
    response::Response,
};

use crate::{AppState, Error, origin, response_headers, routes, telemetry, text::excerpt};

/// The size limit of a request body. A reply of 1024 characters takes 12 KiB if each of them is
/// escaped as a surrogate pair.
const MAX_BODY_BYTES: usize = 16 * 1024;

/// The time limit from the end of the request's head to the response. Most of it is for a body that
/// arrives slowly: statements have a deadline of their own.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);

/// Builds the whole API, ready to be served or to be driven by a test.
pub fn app(state: AppState) -> Router {
    routes::all()
        .fallback(unknown_path)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn(limit_time))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            origin::reject_other_origins,
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

async fn unknown_path(uri: Uri) -> Error {
    Error::NotFound(format!("There is nothing at {}.", excerpt(uri.path())))
}

async fn method_not_allowed() -> Error {
    Error::MethodNotAllowed
}
