//! The router: all routes, with the request limits and the SERVER span.

use std::time::Duration;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    middleware::{self, Next},
    response::Response,
};

use crate::{
    AppState, Error, origin, page::Page, response_headers, routes, telemetry, text::excerpt,
};

/// The size limit of a request body. A reply of 1024 characters takes 12 KiB if each of them is
/// escaped as a surrogate pair.
const MAX_BODY_BYTES: usize = 16 * 1024;

/// The time limit from the end of the request's head to the response. Most of it is for a body that
/// arrives slowly: statements have a deadline of their own.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);

/// Builds the whole API, ready to be served or to be driven by a test.
pub fn app(state: AppState) -> Router {
    let router = routes::all().fallback(unknown_path);
    traced(router, &state)
        .layer(middleware::from_fn(response_headers::secure))
        .with_state(state)
}

/// Builds the API together with a page on the same origin.
pub fn app_with_page(state: AppState, page: &Page) -> Router {
    let others = traced(page.not_found(unknown_path_of), &state).with_state(state.clone());
    traced(routes::all().merge(page.documents()), &state)
        .merge(limited(page.spans(), &state))
        .fallback_service(page.files(others))
        .layer(middleware::from_fn(response_headers::secure))
        .with_state(state)
}

/// Adds the limits of requests, and a SERVER span for each of them.
fn traced(router: Router<AppState>, state: &AppState) -> Router<AppState> {
    let router = router
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES));
    limited(router, state).layer(middleware::from_fn_with_state(
        state.clone(),
        telemetry::trace_request,
    ))
}

/// Limits the time of requests, and rejects writes of other origins' pages.
fn limited(router: Router<AppState>, state: &AppState) -> Router<AppState> {
    router
        .layer(middleware::from_fn(limit_time))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            origin::reject_other_origins,
        ))
}

async fn limit_time(request: Request, next: Next) -> Result<Response, Error> {
    tokio::time::timeout(REQUEST_TIMEOUT, next.run(request))
        .await
        .map_err(|_| Error::Timeout)
}

async fn unknown_path(request: Request) -> Error {
    unknown_path_of(&request)
}

fn unknown_path_of(request: &Request) -> Error {
    Error::NotFound(format!(
        "There is nothing at {}.",
        excerpt(request.uri().path())
    ))
}

async fn method_not_allowed() -> Error {
    Error::MethodNotAllowed
}
