//! The router: all routes, with the request limits and the SERVER span.

use std::time::Duration;

use api_types::IDEMPOTENCY_KEY_HEADER;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderName, Method, header},
    middleware::{self, Next},
    response::Response,
};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::{
    AppState, Error,
    origin::{self, Origins},
    page::Page,
    request_id::{self, X_REQUEST_ID},
    response_headers, routes, telemetry,
    text::excerpt,
};

/// The size limit of a request body. A reply of 1024 characters takes 12 KiB if each of them is
/// escaped as a surrogate pair.
const MAX_BODY_BYTES: usize = 16 * 1024;

/// The time limit from the end of the request's head to the response. Most of it is for a body that
/// arrives slowly: statements have a deadline of their own.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);

/// How long a browser may reuse the answer to a preflight.
const PREFLIGHT_MAX_AGE: Duration = Duration::from_secs(600);

/// Builds the whole API, ready to be served or to be driven by a test.
pub fn app(state: AppState) -> Router {
    let router = routes::all().fallback(unknown_path);
    request_id::layered(traced(router, &state))
        .layer(middleware::from_fn(response_headers::secure))
        .with_state(state)
}

/// Builds the API together with a page on the same origin.
pub fn app_with_page(state: AppState, page: &Page) -> Router {
    let others = traced(page.not_found(unknown_path_of), &state).with_state(state.clone());
    let router = traced(routes::all().merge(page.documents()), &state)
        .merge(limited(page.spans(), &state))
        .fallback_service(page.files(others));
    request_id::layered(router)
        .layer(middleware::from_fn(response_headers::secure))
        .with_state(state)
}

/// Adds the limits of requests, and a SERVER span for each of them.
fn traced(router: Router<AppState>, state: &AppState) -> Router<AppState> {
    let router = router
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES));
    let router = limited(router, state);
    let router = match cors(state) {
        Some(cors) => router.layer(cors),
        None => router,
    };
    router.layer(middleware::from_fn_with_state(
        state.clone(),
        telemetry::trace_request,
    ))
}

/// Lets the pages of the configured origins send bearer tokens, but not cookies. Without such origins, no
/// preflight is answered.
fn cors(state: &AppState) -> Option<CorsLayer> {
    let origins = state.cors_origins.clone();
    (*origins != Origins::default()).then(|| {
        CorsLayer::new()
            .allow_origin(AllowOrigin::predicate(move |origin, _| {
                origins.contains(origin)
            }))
            .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
            .allow_headers([
                header::AUTHORIZATION,
                header::CONTENT_TYPE,
                HeaderName::from_static(IDEMPOTENCY_KEY_HEADER),
                HeaderName::from_static("traceparent"),
                X_REQUEST_ID,
            ])
            .expose_headers([header::LINK, header::RETRY_AFTER, X_REQUEST_ID])
            .max_age(PREFLIGHT_MAX_AGE)
    })
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
