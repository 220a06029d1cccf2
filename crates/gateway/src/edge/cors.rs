//! Origins of pages that may send spans from other origins, by the CORS protocol of the Fetch
//! standard.
//!
//! Most pages do not need it: they post to their own origin, whose web server proxies the request.

use std::time::Duration;

use axum::http::{Method, header};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::config::PageOrigin;

/// How long browsers cache a preflight: two hours, the longest limit of any browser.
const PREFLIGHT_MAX_AGE: Duration = Duration::from_secs(2 * 60 * 60);

/// Allows exactly `origins`.
pub(super) fn layer(origins: &[PageOrigin]) -> CorsLayer {
    let origins = origins.iter().map(PageOrigin::header);
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::POST])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([header::RETRY_AFTER])
        .max_age(PREFLIGHT_MAX_AGE)
}
