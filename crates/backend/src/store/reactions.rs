//! Likes and reposts. All statements are idempotent.

use api_types::{Counts, Timestamp};
use sqlx::{FromRow, Row, sqlite::SqliteRow};

use super::{Pool, Result, Statement};

/// A reaction to an activity.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reaction {
    Like,
    Repost,
}

const LIKE: Statement = Statement::new(
    "INSERT",
    "activity_likes",
    "INSERT OR IGNORE INTO activity_likes (activity_id, user_id, created_at) \
     SELECT id, ?2, ?3 FROM activities WHERE uuid = ?1 AND expires_at > ?3",
);

const UNLIKE: Statement = Statement::new(
    "DELETE",
    "activity_likes",
    "DELETE FROM activity_likes \
     WHERE activity_id = (SELECT id FROM activities WHERE uuid = ?1) AND user_id = ?2",
);

const REPOST: Statement = Statement::new(
    "INSERT",
    "activity_reposts",
    "INSERT OR IGNORE INTO activity_reposts (activity_id, user_id, created_at) \
     SELECT id, ?2, ?3 FROM activities WHERE uuid = ?1 AND expires_at > ?3",
);

const UNREPOST: Statement = Statement::new(
    "DELETE",
    "activity_reposts",
    "DELETE FROM activity_reposts \
     WHERE activity_id = (SELECT id FROM activities WHERE uuid = ?1) AND user_id = ?2",
);

const COUNTS: Statement = Statement::new(
    "SELECT",
    "activities",
    "SELECT a.replies_count, a.reposts_count, a.likes_count, \
     EXISTS (SELECT 1 FROM activity_likes WHERE activity_id = a.id AND user_id = ?2) AS liked, \
     EXISTS (SELECT 1 FROM activity_reposts WHERE activity_id = a.id AND user_id = ?2) AS reposted \
     FROM activities AS a WHERE a.uuid = ?1 AND a.expires_at > ?3",
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
    let query = sqlx::query(statement.text)
        .bind(target.uuid)
        .bind(target.user_id);
    statement
        .traced(query.bind(target.now.as_millis()).execute(pool.writer()))
        .await?;
    Ok(())
}

/// Removes a reaction.
pub(crate) async fn remove(pool: &Pool, reaction: Reaction, target: Target<'_>) -> Result<()> {
    let statement = match reaction {
        Reaction::Like => UNLIKE,
        Reaction::Repost => UNREPOST,
    };
    let query = sqlx::query(statement.text)
        .bind(target.uuid)
        .bind(target.user_id);
    statement.traced(query.execute(pool.writer())).await?;
    Ok(())
}

/// Returns the current counts of the activity, unless it is gone.
pub(crate) async fn counts(pool: &Pool, target: Target<'_>) -> Result<Option<Counts>> {
    let query = sqlx::query_as(COUNTS.text)
        .bind(target.uuid)
        .bind(target.user_id)
        .bind(target.now.as_millis());
    let row: Option<CountsRow> = COUNTS.traced(query.fetch_optional(pool.reader())).await?;
    Ok(row.map(|CountsRow(counts)| counts))
}

struct CountsRow(Counts);

impl FromRow<'_, SqliteRow> for CountsRow {
    fn from_row(row: &SqliteRow) -> Result<Self> {
        Ok(Self(Counts {
            replies_count: row.try_get("replies_count")?,
            reposts_count: row.try_get("reposts_count")?,
            likes_count: row.try_get("likes_count")?,
            liked: row.try_get("liked")?,
            reposted: row.try_get("reposted")?,
        }))
    }
}
