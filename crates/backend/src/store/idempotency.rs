//! Requests with an idempotency key, so that a repeated request gets the response of the first.
//!
//! The message is not stored a second time: the repeated request contains it, and deleted text must
//! not remain in the database.

use api_types::Timestamp;

use super::{Connection, Database, Result, Statement};

/// How long a key is stored, in milliseconds: one day.
const KEY_LIFETIME_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// Waits for other transactions with the same key. SQLite has one writer at a time.
const LOCK_KEY: Statement = Statement::new(
    "SELECT",
    "idempotency_keys",
    "SELECT pg_advisory_xact_lock(hashtextextended(concat($1::bigint, ':', $2::text), 0))",
);

const FIND: Statement = Statement::new(
    "SELECT",
    "idempotency_keys",
    "SELECT request_sha256, activity_uuid, created_at FROM idempotency_keys \
     WHERE user_id = $1 AND key = $2 AND expires_at > $3",
);

/// An expired key may be used again.
const INSERT: Statement = Statement::new(
    "INSERT",
    "idempotency_keys",
    "INSERT INTO idempotency_keys \
     (user_id, key, request_sha256, activity_uuid, created_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6) \
     ON CONFLICT (user_id, key) DO UPDATE SET request_sha256 = excluded.request_sha256, \
     activity_uuid = excluded.activity_uuid, created_at = excluded.created_at, \
     expires_at = excluded.expires_at",
);

/// The key of a request, and the fingerprint of its input.
#[derive(Clone, Debug)]
pub(crate) struct IdempotentRequest {
    pub(crate) key: String,
    pub(crate) request_sha256: String,
}

/// A row that a request writes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written<'a> {
    pub(crate) uuid: &'a str,
    /// The account that sends the request.
    pub(crate) user_id: i64,
    pub(crate) created_at: Timestamp,
}

/// What the response to an earlier request with the same key contained.
#[derive(Clone, Debug)]
pub(crate) struct StoredResponse {
    pub(crate) request_sha256: String,
    /// The UUID of the crud, reply or direct message.
    pub(crate) uuid: String,
    pub(crate) created_at: Timestamp,
}

/// Finds the response to an earlier request of the same author with the same key.
pub(crate) async fn find(
    connection: &mut Connection,
    written: Written<'_>,
    request: &IdempotentRequest,
) -> Result<Option<StoredResponse>> {
    if connection.database() == Database::Postgres {
        let lock = LOCK_KEY.query().bind(written.user_id).bind(&request.key);
        lock.execute(&mut *connection).await?;
    }
    let query = FIND
        .query()
        .bind(written.user_id)
        .bind(&request.key)
        .bind(written.created_at);
    let row: Option<(String, String, i64)> = query.fetch_optional(connection).await?;
    Ok(
        row.map(|(request_sha256, uuid, created_at)| StoredResponse {
            request_sha256,
            uuid,
            created_at: Timestamp::from_millis(created_at),
        }),
    )
}

/// Stores the key and the response.
pub(crate) async fn insert(
    connection: &mut Connection,
    written: Written<'_>,
    request: &IdempotentRequest,
) -> Result<()> {
    let query = INSERT
        .query()
        .bind(written.user_id)
        .bind(&request.key)
        .bind(&request.request_sha256)
        .bind(written.uuid)
        .bind(written.created_at)
        .bind(written.created_at.as_millis() + KEY_LIFETIME_MILLIS);
    query.execute(connection).await?;
    Ok(())
}
