//! Likes and reposts. All statements are idempotent.

use api_types::{Counts, Timestamp};

use super::{FromRow, Pool, Result, Row, Statement};

/// A reaction to an activity.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reaction {
    Like,
    Repost,
}

/// In PostgreSQL, every statement locks the activity first. Otherwise two of them, or one and a
/// deletion, could wait for each other, because the counts are in the same row.
const LIKE: Statement = Statement::new(
    "INSERT",
    "activity_likes",
    "INSERT INTO activity_likes (activity_id, user_id, created_at) \
     SELECT id, $2, $3 FROM activities WHERE uuid = $1 AND expires_at > $3 \
     ON CONFLICT DO NOTHING",
)
.on_postgres(
    "INSERT INTO activity_likes (activity_id, user_id, created_at) \
     SELECT id, $2, $3 FROM activities WHERE uuid = $1 AND expires_at > $3 FOR NO KEY UPDATE \
     ON CONFLICT DO NOTHING",
);

const UNLIKE: Statement = Statement::new(
    "DELETE",
    "activity_likes",
    "DELETE FROM activity_likes \
     WHERE activity_id = (SELECT id FROM activities WHERE uuid = $1) AND user_id = $2",
)
.on_postgres(
    "DELETE FROM activity_likes WHERE user_id = $2 \
     AND activity_id = (SELECT id FROM activities WHERE uuid = $1 FOR NO KEY UPDATE)",
);

const REPOST: Statement = Statement::new(
    "INSERT",
    "activity_reposts",
    "INSERT INTO activity_reposts (activity_id, user_id, created_at) \
     SELECT id, $2, $3 FROM activities WHERE uuid = $1 AND expires_at > $3 \
     ON CONFLICT DO NOTHING",
)
.on_postgres(
    "INSERT INTO activity_reposts (activity_id, user_id, created_at) \
     SELECT id, $2, $3 FROM activities WHERE uuid = $1 AND expires_at > $3 FOR NO KEY UPDATE \
     ON CONFLICT DO NOTHING",
);

const UNREPOST: Statement = Statement::new(
    "DELETE",
    "activity_reposts",
    "DELETE FROM activity_reposts \
     WHERE activity_id = (SELECT id FROM activities WHERE uuid = $1) AND user_id = $2",
)
.on_postgres(
    "DELETE FROM activity_reposts WHERE user_id = $2 \
     AND activity_id = (SELECT id FROM activities WHERE uuid = $1 FOR NO KEY UPDATE)",
);

const COUNTS: Statement = Statement::new(
    "SELECT",
    "activities",
    "SELECT a.replies_count, a.reposts_count, a.likes_count, \
     EXISTS (SELECT 1 FROM activity_likes WHERE activity_id = a.id AND user_id = $2) AS liked, \
     EXISTS (SELECT 1 FROM activity_reposts WHERE activity_id = a.id AND user_id = $2) AS reposted \
     FROM activities AS a WHERE a.uuid = $1 AND a.expires_at > $3",
);

/// The activity and the account of a reaction, and the time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    pub(crate) uuid: &'a str,
    pub(crate) user_id: i64,
    pub(crate) now: Timestamp,
}

/// Adds a reaction.
pub(crate) async fn add(pool: &Pool, reaction: Reaction, target: Target<'_>) -> Result<()> {
    let statement = match reaction {
        Reaction::Like => LIKE,
        Reaction::Repost => REPOST,
    };
    let query = statement.query().bind(target.uuid).bind(target.user_id);
    query.bind(target.now).execute(pool.writer()).await?;
    Ok(())
}

/// Removes a reaction.
pub(crate) async fn remove(pool: &Pool, reaction: Reaction, target: Target<'_>) -> Result<()> {
    let statement = match reaction {
        Reaction::Like => UNLIKE,
        Reaction::Repost => UNREPOST,
    };
    let query = statement.query().bind(target.uuid).bind(target.user_id);
    query.execute(pool.writer()).await?;
    Ok(())
}

/// Returns the current counts of the activity, unless it is gone.
pub(crate) async fn counts(pool: &Pool, target: Target<'_>) -> Result<Option<Counts>> {
    let query = COUNTS
        .query()
        .bind(target.uuid)
        .bind(target.user_id)
        .bind(target.now);
    let row: Option<CountsRow> = query.fetch_optional(pool.reader()).await?;
    Ok(row.map(|CountsRow(counts)| counts))
}

struct CountsRow(Counts);

impl FromRow for CountsRow {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self(Counts {
            replies_count: row.get("replies_count")?,
            reposts_count: row.get("reposts_count")?,
            likes_count: row.get("likes_count")?,
            liked: row.get("liked")?,
            reposted: row.get("reposted")?,
        }))
    }
}
