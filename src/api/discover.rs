//! Trending hashtags, suggested users and profiles.

use api_types::{Profile, TrendingTag, UserSummary};
use otel_web::fetch::Request;
use urlencoding::encode;

use super::ApiResult;
use super::response::json;

/// Returns the hashtags used most.
pub(crate) async fn trending() -> ApiResult<Vec<TrendingTag>> {
    json(
        Request::get("/api/trending")
            .url_template("/api/trending")
            .build(),
    )
    .await
}

/// Returns users to discover.
pub(crate) async fn suggested() -> ApiResult<Vec<UserSummary>> {
    json(
        Request::get("/api/users/suggested")
            .url_template("/api/users/suggested")
            .build(),
    )
    .await
}

/// Returns the profile of a user.
pub(crate) async fn profile(handle: &str) -> ApiResult<Profile> {
    json(
        Request::get(&format!("/api/users/@{}", encode(handle)))
            .url_template("/api/users/@{handle}")
            .build(),
    )
    .await
}
