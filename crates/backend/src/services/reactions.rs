//! Likes and reposts.

use api_types::Counts;

use super::{User, no_such_crud};
use crate::{
    Error, clock,
    store::{
        Pool,
        reactions::{self, Reaction, Target},
    },
    telemetry::{Operation, note_user},
};

const TRACER: &str = "reactions";

pub(crate) async fn add(
    pool: &Pool,
    user: &User,
    reaction: Reaction,
    uuid: &str,
) -> Result<Counts, Error> {
    let name = match reaction {
        Reaction::Like => "like_activity",
        Reaction::Repost => "repost_activity",
    };
    Operation::new(TRACER, name)
        .run(async {
            let target = begin(user, uuid);
            reactions::add(pool, reaction, target).await?;
            counts(pool, target).await
        })
        .await
}

pub(crate) async fn remove(
    pool: &Pool,
    user: &User,
    reaction: Reaction,
    uuid: &str,
) -> Result<Counts, Error> {
    let name = match reaction {
        Reaction::Like => "unlike_activity",
        Reaction::Repost => "unrepost_activity",
    };
    Operation::new(TRACER, name)
        .run(async {
            let target = begin(user, uuid);
            reactions::remove(pool, reaction, target).await?;
            counts(pool, target).await
        })
        .await
}

async fn counts(pool: &Pool, target: Target<'_>) -> Result<Counts, Error> {
    let counts = reactions::counts(pool, target).await?;
    counts.ok_or_else(no_such_crud)
}

fn begin<'a>(user: &User, uuid: &'a str) -> Target<'a> {
    note_user(user);
    Target {
        uuid,
        user_id: user.id,
        now: clock::now(),
    }
}
