//! Writing cruds and replies.

use api_types::{Timestamp, text};
use sqlx::{Sqlite, SqliteConnection};

use super::{
    Pool, Result, Statement, WriteTransaction,
    idempotency::{self, Earlier, Keyed},
};

const INSERT_CRUD: Statement = Statement::new(
    "INSERT",
    "activities",
    "INSERT INTO activities (uuid, user_id, message, created_at, expires_at) \
     VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id",
);

/// A reply expires with what it answers; what has expired is not answered.
const INSERT_REPLY: Statement = Statement::new(
    "INSERT",
    "activities",
    "INSERT INTO activities (uuid, user_id, message, created_at, expires_at, reply_to_id) \
     SELECT ?1, ?2, ?3, ?4, expires_at, id FROM activities WHERE uuid = ?5 AND expires_at > ?4 \
     RETURNING id",
);

const INSERT_HASHTAGS: Statement = Statement::new(
    "INSERT",
    "activity_hashtags",
    "INSERT OR IGNORE INTO activity_hashtags (tag, activity_id, label) \
     SELECT value ->> 0, ?1, value ->> 1 FROM json_each(?2)",
);

const INSERT_MENTIONS: Statement = Statement::new(
    "INSERT",
    "activity_mentions",
    "INSERT OR IGNORE INTO activity_mentions (user_id, activity_id) \
     SELECT u.id, ?1 FROM json_each(?2) JOIN users AS u ON u.handle = value",
);

const AUTHOR: Statement = Statement::new(
    "SELECT",
    "activities",
    "SELECT user_id FROM activities WHERE uuid = ?1 AND expires_at > ?2",
);

/// What to write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draft<'a> {
    pub(crate) uuid: &'a str,
    pub(crate) user_id: i64,
    pub(crate) message: &'a str,
    pub(crate) created_at: Timestamp,
}

/// What came of a draft.
#[derive(Clone, Debug)]
pub(crate) enum Written {
    New,
    /// Nothing was written: a request with the same key came earlier.
    Before(Earlier),
    /// Nothing was written: there is nothing to reply to.
    NoParent,
}

pub(crate) async fn insert_crud(
    pool: &Pool,
    draft: Draft<'_>,
    expires_at: Timestamp,
    keyed: Option<&Keyed>,
) -> Result<Written> {
    let mut transaction = WriteTransaction::begin(pool).await?;
    if let Some(earlier) = earlier(transaction.connection(), draft, keyed).await? {
        transaction.commit().await?;
        return Ok(Written::Before(earlier));
    }
    let query = draft_query(INSERT_CRUD, draft).bind(expires_at.as_millis());
    let id = INSERT_CRUD
        .traced(query.fetch_one(transaction.connection()))
        .await?;
    finish(transaction.connection(), id, draft, keyed).await?;
    transaction.commit().await?;
    Ok(Written::New)
}

pub(crate) async fn insert_reply(
    pool: &Pool,
    draft: Draft<'_>,
    to_uuid: &str,
    keyed: Option<&Keyed>,
) -> Result<Written> {
    let mut transaction = WriteTransaction::begin(pool).await?;
    if let Some(earlier) = earlier(transaction.connection(), draft, keyed).await? {
        transaction.commit().await?;
        return Ok(Written::Before(earlier));
    }
    let query = draft_query(INSERT_REPLY, draft).bind(to_uuid.to_owned());
    let id = INSERT_REPLY
        .traced(query.fetch_optional(transaction.connection()))
        .await?;
    if let Some(id) = id {
        finish(transaction.connection(), id, draft, keyed).await?;
    }
    transaction.commit().await?;
    Ok(id.map_or(Written::NoParent, |_| Written::New))
}

/// Within the transaction that writes: of two requests with one key, the second sees the first.
async fn earlier(
    connection: &mut SqliteConnection,
    draft: Draft<'_>,
    keyed: Option<&Keyed>,
) -> Result<Option<Earlier>> {
    match keyed {
        Some(keyed) => idempotency::find(connection, draft, keyed).await,
        None => Ok(None),
    }
}

async fn finish(
    connection: &mut SqliteConnection,
    id: i64,
    draft: Draft<'_>,
    keyed: Option<&Keyed>,
) -> Result<()> {
    index_text(connection, id, draft.message).await?;
    match keyed {
        Some(keyed) => idempotency::insert(connection, draft, keyed).await,
        None => Ok(()),
    }
}

pub(crate) async fn author_id(pool: &Pool, uuid: &str, now: Timestamp) -> Result<Option<i64>> {
    let query = sqlx::query_scalar(AUTHOR.text)
        .bind(uuid)
        .bind(now.as_millis());
    AUTHOR.traced(query.fetch_optional(pool.reader())).await
}

type IdQuery = sqlx::query::QueryScalar<'static, Sqlite, i64, sqlx::sqlite::SqliteArguments>;

fn draft_query(statement: Statement, draft: Draft<'_>) -> IdQuery {
    sqlx::query_scalar(statement.text)
        .bind(draft.uuid.to_owned())
        .bind(draft.user_id)
        .bind(draft.message.to_owned())
        .bind(draft.created_at.as_millis())
}

async fn index_text(connection: &mut SqliteConnection, id: i64, message: &str) -> Result<()> {
    let tags: Vec<_> = text::hashtags(message)
        .map(|tag| [tag.to_lowercase(), tag.to_owned()])
        .collect();
    insert_each(connection, INSERT_HASHTAGS, id, tags).await?;
    let handles: Vec<_> = text::mentions(message).map(str::to_owned).collect();
    insert_each(connection, INSERT_MENTIONS, id, handles).await
}

async fn insert_each<T: serde::Serialize>(
    connection: &mut SqliteConnection,
    statement: Statement,
    id: i64,
    values: Vec<T>,
) -> Result<()> {
    if values.is_empty() {
        return Ok(());
    }
    let values =
        serde_json::to_string(&values).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let query = sqlx::query(statement.text).bind(id).bind(values);
    statement.traced(query.execute(connection)).await?;
    Ok(())
}
