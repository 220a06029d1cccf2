//! Requests that carried a key, so that a repeated one gets the answer of the first.
//!
//! What was written is not kept here again: the repeated request has the text itself, and what is
//! deleted shall be gone.

use api_types::Timestamp;
use sqlx::SqliteConnection;

use super::{Result, Statement, authoring::Draft};

/// How long a repeated request finds its first answer, in milliseconds: a day.
const KEY_LIFETIME_MILLIS: i64 = 24 * 60 * 60 * 1000;

const FIND: Statement = Statement::new(
    "SELECT",
    "idempotency_keys",
    "SELECT request_sha256, activity_uuid, created_at FROM idempotency_keys \
     WHERE user_id = ?1 AND key = ?2 AND expires_at > ?3",
);

/// A key that has expired may be used again.
const INSERT: Statement = Statement::new(
    "INSERT",
    "idempotency_keys",
    "INSERT INTO idempotency_keys \
     (user_id, key, request_sha256, activity_uuid, created_at, expires_at) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
     ON CONFLICT (user_id, key) DO UPDATE SET request_sha256 = excluded.request_sha256, \
     activity_uuid = excluded.activity_uuid, created_at = excluded.created_at, \
     expires_at = excluded.expires_at",
);

/// A request's key, and what it stands for.
#[derive(Clone, Debug)]
pub(crate) struct Keyed {
    pub(crate) key: String,
    pub(crate) request_sha256: String,
}

/// What an earlier request with the same key wrote.
#[derive(Clone, Debug)]
pub(crate) struct Earlier {
    pub(crate) request_sha256: String,
    pub(crate) activity_uuid: String,
    pub(crate) created_at: Timestamp,
}

/// What the author of the draft wrote with this key before.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    draft: Draft<'_>,
    keyed: &Keyed,
) -> Result<Option<Earlier>> {
    let query = sqlx::query_as(FIND.text)
        .bind(draft.user_id)
        .bind(keyed.key.clone())
        .bind(draft.created_at.as_millis());
    let row: Option<(String, String, i64)> = FIND.traced(query.fetch_optional(connection)).await?;
    Ok(
        row.map(|(request_sha256, activity_uuid, created_at)| Earlier {
            request_sha256,
            activity_uuid,
            created_at: Timestamp::from_millis(created_at),
        }),
    )
}

pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    draft: Draft<'_>,
    keyed: &Keyed,
) -> Result<()> {
    let query = sqlx::query(INSERT.text)
        .bind(draft.user_id)
        .bind(keyed.key.clone())
        .bind(keyed.request_sha256.clone())
        .bind(draft.uuid.to_owned())
        .bind(draft.created_at.as_millis())
        .bind(draft.created_at.as_millis() + KEY_LIFETIME_MILLIS);
    INSERT.traced(query.execute(connection)).await?;
    Ok(())
}
