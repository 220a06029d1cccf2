//! Likes and reposts.

use api_types::Counts;

use super::{User, crud_not_found};
pub(crate) use crate::store::reactions::Reaction;
use crate::{
    Error, clock,
    store::{
        Pool,
        reactions::{self, Target},
    },
    telemetry::{Operation, set_user_handle},
};

const TRACER: &str = "reactions";

/// A change of a reaction.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    Add,
    Remove,
}

/// Adds or removes a reaction, and returns the current counts.
pub(crate) async fn change(
    pool: &Pool,
    user: &User,
    reaction: Reaction,
    change: Change,
    uuid: &str,
) -> Result<Counts, Error> {
    let name = match (change, reaction) {
        (Change::Add, Reaction::Like) => "like_activity",
        (Change::Add, Reaction::Repost) => "repost_activity",
        (Change::Remove, Reaction::Like) => "unlike_activity",
        (Change::Remove, Reaction::Repost) => "unrepost_activity",
    };
    Operation::new(TRACER, name)
        .run(async {
            set_user_handle(&user.handle);
            let target = Target {
                uuid,
                user_id: user.id,
                now: clock::now(),
            };
            match change {
                Change::Add => reactions::add(pool, reaction, target).await?,
                Change::Remove => reactions::remove(pool, reaction, target).await?,
            }
            let counts = reactions::counts(pool, target).await?;
            counts.ok_or_else(crud_not_found)
        })
        .await
}
