//! What the sidebar shows, and profiles.

use api_types::{Profile, TrendingTag, UserSummary};
use otel_web::fetch::Request;
use urlencoding::encode;

use super::Answer;
use super::answer::json;

pub(crate) async fn trending() -> Answer<Vec<TrendingTag>> {
    json(
        Request::get("/api/trending")
            .url_template("/api/trending")
            .send(),
    )
    .await
}

pub(crate) async fn suggested() -> Answer<Vec<UserSummary>> {
    json(
        Request::get("/api/users/suggested")
            .url_template("/api/users/suggested")
            .send(),
    )
    .await
}

pub(crate) async fn profile(handle: &str) -> Answer<Profile> {
    json(
        Request::get(&format!("/api/users/@{}", encode(handle)))
            .url_template("/api/users/@{handle}")
            .send(),
    )
    .await
}
