//! Deleting what has expired, in steps so small that nobody who writes waits for them.
//!
//! What is deleted is gone from the index of words (FTS5 `secure-delete`), overwritten in the file
//! (`PRAGMA secure_delete`), and gone from the log once that was moved into the file and cut.

use api_types::Timestamp;

use super::{Pool, Result, Statement, WriteTransaction};

/// Rows of each kind that one step deletes: some ten milliseconds.
const MAX_ROWS_PER_STEP: u32 = 200;
/// Answers to a crud, and answers to those, that are deleted with it at once.
const MAX_ROWS_DELETED_AT_ONCE: u32 = 200;
/// Free pages that stay in the file for what is written next: 1 MiB.
const SPARE_PAGES: u32 = 256;
/// Pages that one statement gives back to the file system.
const PAGES_PER_STEP: u32 = 256;

const IS_DUE: Statement = Statement::new(
    "SELECT",
    "activities",
    "SELECT EXISTS (SELECT 1 FROM activities WHERE replies_count = 0 AND expires_at <= ?1) \
     OR EXISTS (SELECT 1 FROM activities WHERE replies_count > 0 AND expires_at <= ?1) \
     OR EXISTS (SELECT 1 FROM sessions WHERE expires_at <= ?1) \
     OR EXISTS (SELECT 1 FROM idempotency_keys WHERE expires_at <= ?1) \
     OR EXISTS (SELECT 1 FROM known_devices WHERE expires_at <= ?1)",
);

/// A crud with few answers goes with them, by `ON DELETE CASCADE`.
const DELETE_SMALL: Statement = Statement::new(
    "DELETE",
    "activities",
    "DELETE FROM activities WHERE uuid = ?1 AND ?2 >= (WITH RECURSIVE tree (id) AS ( \
         SELECT id FROM activities WHERE uuid = ?1 \
         UNION ALL SELECT a.id FROM tree JOIN activities AS a ON a.reply_to_id = tree.id \
         LIMIT ?2 + 1) SELECT count(*) FROM tree)",
);

/// One with many is expired at once, and deleted step by step.
const EXPIRE: Statement = Statement::new(
    "UPDATE",
    "activities",
    "UPDATE activities SET expires_at = 0 WHERE uuid = ?1",
);

/// Whatever answers a deleted crud expires with it.
const EXPIRE_REPLIES: Statement = Statement::new(
    "UPDATE",
    "activities",
    "UPDATE activities SET expires_at = 0 WHERE id IN ( \
         SELECT r.id FROM activities AS gone JOIN activities AS r ON r.reply_to_id = gone.id \
         WHERE gone.replies_count > 0 AND gone.expires_at = 0 AND r.expires_at > 0 LIMIT ?1)",
);

/// Leaves first: the crud itself goes when its last answer has gone.
const DELETE_LEAVES: Statement = Statement::new(
    "DELETE",
    "activities",
    "DELETE FROM activities WHERE id IN ( \
         SELECT id FROM activities WHERE replies_count = 0 AND expires_at <= ?1 \
         ORDER BY expires_at LIMIT ?2)",
);

const DELETE_SESSIONS: Statement = Statement::new(
    "DELETE",
    "sessions",
    "DELETE FROM sessions WHERE token_sha256 IN ( \
         SELECT token_sha256 FROM sessions WHERE expires_at <= ?1 LIMIT ?2)",
);

const DELETE_KEYS: Statement = Statement::new(
    "DELETE",
    "idempotency_keys",
    "DELETE FROM idempotency_keys WHERE (user_id, key) IN ( \
         SELECT user_id, key FROM idempotency_keys WHERE expires_at <= ?1 LIMIT ?2)",
);

const DELETE_DEVICES: Statement = Statement::new(
    "DELETE",
    "known_devices",
    "DELETE FROM known_devices WHERE id IN ( \
         SELECT id FROM known_devices WHERE expires_at <= ?1 LIMIT ?2)",
);

const FREE_PAGES: Statement = Statement::control("PRAGMA", "PRAGMA freelist_count");
const SHRINK: Statement = Statement::control("PRAGMA", "PRAGMA incremental_vacuum(256)");
const CHECKPOINT: Statement = Statement::control("PRAGMA", "PRAGMA wal_checkpoint(TRUNCATE)");

/// How much a step deleted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Swept {
    pub(crate) activities: u64,
    pub(crate) sessions: u64,
    /// Idempotency keys.
    pub(crate) keys: u64,
    /// Known devices.
    pub(crate) devices: u64,
}

impl Swept {
    pub(crate) fn is_nothing(self) -> bool {
        self.activities + self.sessions + self.keys + self.devices == 0
    }
}

impl std::ops::AddAssign for Swept {
    fn add_assign(&mut self, other: Self) {
        self.activities += other.activities;
        self.sessions += other.sessions;
        self.keys += other.keys;
        self.devices += other.devices;
    }
}

/// Whether anything has expired.
pub(crate) async fn is_due(pool: &Pool, now: Timestamp) -> Result<bool> {
    let query = sqlx::query_scalar(IS_DUE.text).bind(now.as_millis());
    IS_DUE.traced(query.fetch_one(pool.reader())).await
}

/// Deletes a crud and what answers it: at once, or, where that is much, out of sight at once and
/// the rest by [`step`].
pub(crate) async fn delete(pool: &Pool, uuid: &str) -> Result<()> {
    let query = sqlx::query(DELETE_SMALL.text)
        .bind(uuid.to_owned())
        .bind(MAX_ROWS_DELETED_AT_ONCE);
    let deleted = DELETE_SMALL.traced(query.execute(pool.writer())).await?;
    if deleted.rows_affected() == 0 {
        let query = sqlx::query(EXPIRE.text).bind(uuid.to_owned());
        EXPIRE.traced(query.execute(pool.writer())).await?;
    }
    Ok(())
}

/// Deletes some of what has expired.
pub(crate) async fn step(pool: &Pool, now: Timestamp) -> Result<Swept> {
    let mut transaction = WriteTransaction::begin(pool).await?;
    let query = sqlx::query(EXPIRE_REPLIES.text).bind(MAX_ROWS_PER_STEP);
    EXPIRE_REPLIES
        .traced(query.execute(transaction.connection()))
        .await?;
    let mut swept = Swept::default();
    for (statement, rows) in [
        (DELETE_LEAVES, &mut swept.activities),
        (DELETE_SESSIONS, &mut swept.sessions),
        (DELETE_KEYS, &mut swept.keys),
        (DELETE_DEVICES, &mut swept.devices),
    ] {
        let query = sqlx::query(statement.text)
            .bind(now.as_millis())
            .bind(MAX_ROWS_PER_STEP);
        let deleted = statement.traced(query.execute(transaction.connection()));
        *rows = deleted.await?.rows_affected();
    }
    transaction.commit().await?;
    Ok(swept)
}

/// Gives some of the free pages back to the file system; whether there are more.
pub(crate) async fn shrink(pool: &Pool) -> Result<bool> {
    let query = sqlx::query_scalar(FREE_PAGES.text);
    let free: u32 = FREE_PAGES
        .traced(query.fetch_one(pool.maintenance()))
        .await?;
    if free < SPARE_PAGES + PAGES_PER_STEP {
        return Ok(false);
    }
    let query = sqlx::query(SHRINK.text);
    SHRINK.traced(query.execute(pool.maintenance())).await?;
    Ok(true)
}

/// Moves the log into the file and cuts it; whether that succeeded. It does not while somebody
/// reads an older state.
pub(crate) async fn cut_log(pool: &Pool) -> Result<bool> {
    let query = sqlx::query_as(CHECKPOINT.text);
    let (busy, _, _): (i64, i64, i64) = CHECKPOINT
        .traced(query.fetch_one(pool.maintenance()))
        .await?;
    Ok(busy == 0)
}
