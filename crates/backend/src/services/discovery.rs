//! Profiles, suggested users and trending hashtags.

use api_types::{Profile, TrendingTag, UserSummary};

use super::{User, user_not_found};
use crate::{
    Error, clock,
    store::{Pool, sidebar, users},
    telemetry::{Operation, set_user_handle},
};

const PROFILE: Operation = Operation::new("users", "user_profile");
const SUGGESTED: Operation = Operation::new("users", "suggested_users");
const TRENDING: Operation = Operation::new("trending", "trending_hashtags");

const MAX_SUGGESTED: u32 = 3;
const MAX_TRENDING: u32 = 5;

/// Returns the profile of the account with this handle.
pub(crate) async fn profile(pool: &Pool, handle: &str) -> Result<Profile, Error> {
    PROFILE
        .run(async {
            let profile = users::profile(pool, handle, clock::now()).await?;
            profile.ok_or_else(|| user_not_found(handle))
        })
        .await
}

/// Returns accounts other than the viewer's.
pub(crate) async fn suggested(
    pool: &Pool,
    viewer: Option<User>,
) -> Result<Vec<UserSummary>, Error> {
    SUGGESTED
        .run(async {
            if let Some(user) = &viewer {
                set_user_handle(&user.handle);
            }
            Ok(sidebar::suggested(pool, viewer.map(|user| user.id), MAX_SUGGESTED).await?)
        })
        .await
}

/// Returns the most used hashtags.
pub(crate) async fn trending(pool: &Pool) -> Result<Vec<TrendingTag>, Error> {
    TRENDING
        .run(async { Ok(sidebar::trending(pool, clock::now(), MAX_TRENDING).await?) })
        .await
}
