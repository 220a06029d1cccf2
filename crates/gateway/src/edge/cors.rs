//! Which pages from elsewhere may send spans here, in the words of the Fetch standard.
//!
//! The usual page needs none of this: it posts to its own origin, whose web server hands on.

use std::time::Duration;

use axum::http::{HeaderValue, Method, header};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

/// Browsers cap what they remember of a preflight; two hours is the most any of them takes.
const MAX_AGE: Duration = Duration::from_secs(2 * 60 * 60);

/// Allows exactly `origins`, such as `https://app.example.com`.
pub(super) fn layer(origins: &[String]) -> CorsLayer {
    let origins = origins
        .iter()
        .filter_map(|origin| HeaderValue::from_str(origin).ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::POST])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([header::RETRY_AFTER])
        .max_age(MAX_AGE)
}
