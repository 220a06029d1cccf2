//! The id of a request: in its response, in the log lines about it, and in its SERVER span.
//!
//! The id that a client or a proxy sends is kept if it is well-formed. It names the request for people
//! only: nothing is looked up by it, and two requests may have the same one.

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue},
    middleware::{self, Next},
    response::Response,
};
use opentelemetry::{Context, context::FutureExt as _};
use tower_http::request_id::{
    MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer,
};

/// The header, in requests and responses.
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The length limit of an id that a client sends.
const MAX_REQUEST_ID_BYTES: usize = 128;
/// The characters of ids besides letters and digits: those of UUIDs, Base64, and ids with a prefix.
const PUNCTUATION: &[u8] = b"-._~+/=:@";

/// Adds an id to each request and response.
pub(crate) fn layered<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router
        .layer(middleware::from_fn(attach))
        .layer(PropagateRequestIdLayer::new(X_REQUEST_ID))
        .layer(SetRequestIdLayer::new(X_REQUEST_ID, MakeRequestUuid))
        .layer(middleware::map_request(remove_malformed))
}

/// Returns the id of the request that is being served, for log lines.
#[must_use]
pub fn current() -> Option<String> {
    Context::map_current(|context| {
        let id = context.get::<RequestId>()?.header_value().to_str().ok()?;
        Some(id.to_owned())
    })
}

/// Makes the id available to spans and log lines.
async fn attach(request: Request, next: Next) -> Response {
    match request.extensions().get::<RequestId>().cloned() {
        Some(id) => {
            let context = Context::current_with_value(id);
            next.run(request).with_context(context).await
        }
        None => next.run(request).await,
    }
}

/// Removes an id that cannot be used, so that a new one is made.
async fn remove_malformed(mut request: Request) -> Request {
    if !is_well_formed(request.headers()) {
        request.headers_mut().remove(X_REQUEST_ID);
    }
    request
}

fn is_well_formed(headers: &HeaderMap) -> bool {
    let mut ids = headers.get_all(X_REQUEST_ID).iter();
    match (ids.next(), ids.next()) {
        (Some(id), None) => is_valid(id),
        _ => false,
    }
}

fn is_valid(id: &HeaderValue) -> bool {
    let is_allowed = |byte: &u8| byte.is_ascii_alphanumeric() || PUNCTUATION.contains(byte);
    (1..=MAX_REQUEST_ID_BYTES).contains(&id.len()) && id.as_bytes().iter().all(is_allowed)
}
