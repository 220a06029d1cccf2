//! Deletion of expired data, in steps small enough not to delay other writers.
//!
//! In SQLite, deleted text is removed from the full-text index (FTS5 `secure-delete`), overwritten in the file
//! (`PRAGMA secure_delete`), and removed from the write-ahead log by a truncating checkpoint.

use api_types::Timestamp;

use super::{Database, Pool, Result, Statement, WriteTransaction};

/// The maximum number of rows of each other kind that one step deletes.
const MAX_ROWS_PER_STEP: u32 = 200;
/// The maximum number of activities that one step deletes. In an SQLite file, removing one from the
/// search index takes milliseconds.
const MAX_ACTIVITIES_PER_STEP: u32 = 10;
/// The maximum number of rows that are deleted together with a crud: its replies, and their
/// replies.
const MAX_ROWS_PER_DELETION: u32 = 20;
/// The number of free pages that remain in the file for later writes: 1 MiB.
const SPARE_PAGES: u32 = 256;
/// The number of pages that one statement releases to the file system.
const PAGES_PER_STEP: u32 = 256;

/// One back end sweeps at a time, so that two of them do not wait for each other. The number is
/// arbitrary.
const SWEEP_LOCK: i64 = 4_772_001;

const TRY_LOCK: Statement = Statement::control("SELECT", "SELECT pg_try_advisory_xact_lock($1)");

const IS_DUE: Statement = Statement::new(
    "SELECT",
    "activities",
    "SELECT EXISTS (SELECT 1 FROM activities WHERE replies_count = 0 AND expires_at <= $1) \
     OR EXISTS (SELECT 1 FROM activities WHERE replies_count > 0 AND expires_at <= $1) \
     OR EXISTS (SELECT 1 FROM sessions WHERE expires_at <= $1) \
     OR EXISTS (SELECT 1 FROM idempotency_keys WHERE expires_at <= $1) \
     OR EXISTS (SELECT 1 FROM known_devices WHERE expires_at <= $1) \
     OR EXISTS (SELECT 1 FROM email_codes WHERE expires_at <= $1)",
);

/// Deletes a crud with few replies, and by `ON DELETE CASCADE` the replies.
const DELETE_SMALL: Statement = Statement::new(
    "DELETE",
    "activities",
    "DELETE FROM activities WHERE uuid = $1 AND $2 >= (WITH RECURSIVE tree (id) AS ( \
         SELECT id FROM activities WHERE uuid = $1 \
         UNION ALL SELECT a.id FROM tree JOIN activities AS a ON a.reply_to_id = tree.id) \
         SELECT count(*) FROM (SELECT 1 FROM tree LIMIT $2 + 1) AS counted)",
);

/// Expires a crud with many replies, which is then deleted step by step.
const EXPIRE: Statement = Statement::new(
    "UPDATE",
    "activities",
    "UPDATE activities SET expires_at = 0 WHERE uuid = $1",
);

/// Expires the replies of a deleted crud.
const EXPIRE_REPLIES: Statement = Statement::new(
    "UPDATE",
    "activities",
    "UPDATE activities SET expires_at = 0 WHERE id IN ( \
         SELECT r.id FROM activities AS parent JOIN activities AS r ON r.reply_to_id = parent.id \
         WHERE parent.replies_count > 0 AND parent.expires_at = 0 AND r.expires_at > 0 LIMIT $1)",
);

/// Deletes leaves first. A crud becomes a leaf after its last reply.
const DELETE_LEAVES: Statement = Statement::new(
    "DELETE",
    "activities",
    "DELETE FROM activities WHERE id IN ( \
         SELECT id FROM activities WHERE replies_count = 0 AND expires_at <= $1 \
         ORDER BY expires_at LIMIT $2)",
);

const DELETE_SESSIONS: Statement = Statement::new(
    "DELETE",
    "sessions",
    "DELETE FROM sessions WHERE token_sha256 IN ( \
         SELECT token_sha256 FROM sessions WHERE expires_at <= $1 LIMIT $2)",
);

const DELETE_KEYS: Statement = Statement::new(
    "DELETE",
    "idempotency_keys",
    "DELETE FROM idempotency_keys WHERE (user_id, key) IN ( \
         SELECT user_id, key FROM idempotency_keys WHERE expires_at <= $1 LIMIT $2)",
);

const DELETE_DEVICES: Statement = Statement::new(
    "DELETE",
    "known_devices",
    "DELETE FROM known_devices WHERE id IN ( \
         SELECT id FROM known_devices WHERE expires_at <= $1 LIMIT $2)",
);

const DELETE_CODES: Statement = Statement::new(
    "DELETE",
    "email_codes",
    "DELETE FROM email_codes WHERE id IN ( \
         SELECT id FROM email_codes WHERE expires_at <= $1 LIMIT $2)",
);

const FREE_PAGES: Statement = Statement::control("PRAGMA", "PRAGMA freelist_count");
const RELEASE_FREE_PAGES: Statement =
    Statement::control("PRAGMA", "PRAGMA incremental_vacuum(256)");
const CHECKPOINT: Statement = Statement::control("PRAGMA", "PRAGMA wal_checkpoint(TRUNCATE)");

/// The numbers of rows that a step deleted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Swept {
    pub(crate) activities: u64,
    pub(crate) sessions: u64,
    /// Idempotency keys.
    pub(crate) keys: u64,
    /// Known devices.
    pub(crate) devices: u64,
    /// Codes sent by mail, with their sign-ups and resets.
    pub(crate) codes: u64,
}

impl Swept {
    pub(crate) fn is_empty(self) -> bool {
        self.activities + self.sessions + self.keys + self.devices + self.codes == 0
    }
}

impl std::ops::AddAssign for Swept {
    fn add_assign(&mut self, other: Self) {
        self.activities += other.activities;
        self.sessions += other.sessions;
        self.keys += other.keys;
        self.devices += other.devices;
        self.codes += other.codes;
    }
}

/// Returns whether any row has expired.
pub(crate) async fn is_due(pool: &Pool, now: Timestamp) -> Result<bool> {
    let query = IS_DUE.query().bind(now);
    query.fetch_one(pool.reader()).await
}

/// Deletes a crud and its replies. If there are many, they expire immediately and are deleted by
/// [`step`].
pub(crate) async fn delete(pool: &Pool, uuid: &str) -> Result<()> {
    let query = DELETE_SMALL.query().bind(uuid).bind(MAX_ROWS_PER_DELETION);
    let deleted = query.execute(pool.writer()).await?;
    if deleted == 0 {
        let query = EXPIRE.query().bind(uuid);
        query.execute(pool.writer()).await?;
    }
    Ok(())
}

/// Deletes some of the expired rows.
pub(crate) async fn step(pool: &Pool, now: Timestamp) -> Result<Swept> {
    let mut transaction = WriteTransaction::begin(pool).await?;
    if pool.database() == Database::Postgres {
        let lock = TRY_LOCK.query().bind(SWEEP_LOCK);
        if !lock.fetch_one::<bool>(transaction.connection()).await? {
            transaction.commit().await?;
            return Ok(Swept::default());
        }
    }
    let query = EXPIRE_REPLIES.query().bind(MAX_ROWS_PER_STEP);
    query.execute(transaction.connection()).await?;
    let mut swept = Swept::default();
    let query = DELETE_LEAVES
        .query()
        .bind(now)
        .bind(MAX_ACTIVITIES_PER_STEP);
    swept.activities = query.execute(transaction.connection()).await?;
    for (statement, rows) in [
        (DELETE_SESSIONS, &mut swept.sessions),
        (DELETE_KEYS, &mut swept.keys),
        (DELETE_DEVICES, &mut swept.devices),
        (DELETE_CODES, &mut swept.codes),
    ] {
        let query = statement.query().bind(now).bind(MAX_ROWS_PER_STEP);
        let deleted = query.execute(transaction.connection());
        *rows = deleted.await?;
    }
    transaction.commit().await?;
    Ok(swept)
}

/// Releases some of the free pages to the file system, and returns whether there may be more.
/// PostgreSQL's autovacuum reuses the space by itself.
pub(crate) async fn release_free_pages(pool: &Pool) -> Result<bool> {
    if pool.database() == Database::Postgres {
        return Ok(false);
    }
    let query = FREE_PAGES.query();
    let free: u32 = query.fetch_one(pool.maintenance()).await?;
    if free < SPARE_PAGES + PAGES_PER_STEP {
        return Ok(false);
    }
    let query = RELEASE_FREE_PAGES.query();
    query.execute(pool.maintenance()).await?;
    Ok(true)
}

/// Truncates the write-ahead log by a checkpoint, and returns whether that succeeded. It fails while
/// a reader uses an older snapshot. PostgreSQL recycles its log by itself.
pub(crate) async fn truncate_wal(pool: &Pool) -> Result<bool> {
    if pool.database() == Database::Postgres {
        return Ok(true);
    }
    let query = CHECKPOINT.query();
    let (busy, _, _): (i64, i64, i64) = query.fetch_one(pool.maintenance()).await?;
    Ok(busy == 0)
}
