//! What stands around the feeds: profiles, suggested users, trending hashtags.

use api_types::{Profile, TrendingTag, UserSummary};

use super::{User, no_such_user};
use crate::{
    Error, clock,
    store::{Pool, sidebar, users},
    telemetry::{Operation, note_user},
};

const PROFILE: Operation = Operation::new("users", "user_profile");
const SUGGESTED: Operation = Operation::new("users", "suggested_users");
const TRENDING: Operation = Operation::new("trending", "trending_hashtags");

const MAX_SUGGESTED: u32 = 3;
const MAX_TRENDING: u32 = 5;

pub(crate) async fn profile(pool: &Pool, handle: &str) -> Result<Profile, Error> {
    PROFILE
        .run(async {
            let profile = users::profile(pool, handle, clock::now()).await?;
            profile.ok_or_else(|| no_such_user(handle))
        })
        .await
}

pub(crate) async fn suggested(
    pool: &Pool,
    viewer: Option<User>,
) -> Result<Vec<UserSummary>, Error> {
    SUGGESTED
        .run(async {
            if let Some(user) = &viewer {
                note_user(user);
            }
            Ok(sidebar::suggested(pool, viewer.map(|user| user.id), MAX_SUGGESTED).await?)
        })
        .await
}

pub(crate) async fn trending(pool: &Pool) -> Result<Vec<TrendingTag>, Error> {
    TRENDING
        .run(async { Ok(sidebar::trending(pool, clock::now(), MAX_TRENDING).await?) })
        .await
}
