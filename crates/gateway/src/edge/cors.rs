//! Which pages from elsewhere may send spans here, in the words of the Fetch standard.
//!
//! The usual page needs none of this: it posts to its own origin, whose web server hands on.

use std::time::Duration;

use axum::http::{Method, header};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::config::PageOrigin;

/// Browsers cap what they remember of a preflight; two hours is the most any of them takes.
const MAX_AGE: Duration = Duration::from_secs(2 * 60 * 60);

/// Allows exactly `origins`.
pub(super) fn layer(origins: &[PageOrigin]) -> CorsLayer {
    let origins = origins.iter().map(PageOrigin::header);
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::POST])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([header::RETRY_AFTER])
        .max_age(MAX_AGE)
}
