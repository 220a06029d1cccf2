//! Inserts cruds and replies.

use api_types::{Timestamp, text};

use super::{
    Connection, Pool, Query, Result, Statement, WriteTransaction,
    idempotency::{self, IdempotentRequest, StoredResponse, Written},
    search_index, search_text,
};

const INSERT_CRUD: Statement = Statement::new(
    "INSERT",
    "activities",
    "INSERT INTO activities (uuid, user_id, message, created_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5) RETURNING id",
);

/// A reply expires with its parent. An expired parent cannot be replied to. PostgreSQL locks the
/// parent first: another transaction may be deleting it, and its count of replies changes.
const INSERT_REPLY: Statement = Statement::new(
    "INSERT",
    "activities",
    "INSERT INTO activities (uuid, user_id, message, created_at, expires_at, reply_to_id) \
     SELECT $1, $2, $3, $4, expires_at, id FROM activities WHERE uuid = $5 AND expires_at > $4 \
     RETURNING id",
)
.on_postgres(
    "INSERT INTO activities (uuid, user_id, message, created_at, expires_at, reply_to_id) \
     SELECT $1, $2, $3, $4, expires_at, id FROM activities \
     WHERE uuid = $5 AND expires_at > $4 FOR NO KEY UPDATE RETURNING id",
);

const INSERT_HASHTAGS: Statement = Statement::new(
    "INSERT",
    "activity_hashtags",
    "INSERT INTO activity_hashtags (tag, activity_id, label) \
     SELECT value ->> 0, $1, value ->> 1 FROM json_each($2) WHERE true \
     ON CONFLICT DO NOTHING",
)
.on_postgres(
    "INSERT INTO activity_hashtags (tag, activity_id, label) \
     SELECT value ->> 0, $1, value ->> 1 FROM json_array_elements($2::json) AS tags (value) \
     ON CONFLICT DO NOTHING",
);

const INSERT_MENTIONS: Statement = Statement::new(
    "INSERT",
    "activity_mentions",
    "INSERT INTO activity_mentions (user_id, activity_id) \
     SELECT u.id, $1 FROM json_each($2) JOIN users AS u ON lower(u.handle) = value WHERE true \
     ON CONFLICT DO NOTHING",
)
.on_postgres(
    "INSERT INTO activity_mentions (user_id, activity_id) \
     SELECT u.id, $1 FROM json_array_elements_text($2::json) AS handles (value) \
     JOIN users AS u ON lower(u.handle) = value \
     ON CONFLICT DO NOTHING",
);

const AUTHOR: Statement = Statement::new(
    "SELECT",
    "activities",
    "SELECT user_id FROM activities WHERE uuid = $1 AND expires_at > $2",
);

/// A crud or reply to insert.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draft<'a> {
    pub(crate) uuid: &'a str,
    pub(crate) user_id: i64,
    pub(crate) message: &'a str,
    pub(crate) created_at: Timestamp,
    pub(crate) kind: DraftKind<'a>,
}

impl Draft<'_> {
    fn written(&self) -> Written<'_> {
        Written {
            uuid: self.uuid,
            user_id: self.user_id,
            created_at: self.created_at,
        }
    }
}

/// The difference between a crud and a reply.
#[derive(Clone, Copy, Debug)]
pub(crate) enum DraftKind<'a> {
    Crud { expires_at: Timestamp },
    Reply { to_uuid: &'a str },
}

/// The result of an insertion.
#[derive(Clone, Debug)]
pub(crate) enum Insertion {
    /// The draft was inserted.
    Inserted,
    /// Nothing was inserted, because an earlier request had the same key.
    Replayed(StoredResponse),
    /// Nothing was inserted, because the activity to reply to does not exist.
    ParentNotFound,
}

/// Inserts a draft with its hashtags and mentions, once per key.
pub(crate) async fn insert(
    pool: &Pool,
    draft: Draft<'_>,
    request: Option<&IdempotentRequest>,
) -> Result<Insertion> {
    let mut transaction = WriteTransaction::begin(pool).await?;
    let insertion = insert_once(transaction.connection(), draft, request).await?;
    transaction.commit().await?;
    Ok(insertion)
}

/// Checks the key in the transaction that inserts, so that of two requests with the same key, the
/// second sees the first.
async fn insert_once(
    connection: &mut Connection,
    draft: Draft<'_>,
    request: Option<&IdempotentRequest>,
) -> Result<Insertion> {
    if let Some(request) = request
        && let Some(stored) = idempotency::find(connection, draft.written(), request).await?
    {
        return Ok(Insertion::Replayed(stored));
    }
    let Some(id) = insert_activity(connection, draft).await? else {
        return Ok(Insertion::ParentNotFound);
    };
    search_index::insert(connection, id, draft.message).await?;
    insert_hashtags(connection, id, draft.message).await?;
    insert_mentions(connection, id, draft.message).await?;
    if let Some(request) = request {
        idempotency::insert(connection, draft.written(), request).await?;
    }
    Ok(Insertion::Inserted)
}

/// Inserts the activity and returns its id, or `None` if its parent does not exist.
async fn insert_activity(connection: &mut Connection, draft: Draft<'_>) -> Result<Option<i64>> {
    let query = match draft.kind {
        DraftKind::Crud { expires_at } => draft_query(INSERT_CRUD, draft).bind(expires_at),
        DraftKind::Reply { to_uuid } => draft_query(INSERT_REPLY, draft).bind(to_uuid),
    };
    query.fetch_optional(connection).await
}

/// Returns the account that wrote the activity, unless it is gone.
pub(crate) async fn author_id(pool: &Pool, uuid: &str, now: Timestamp) -> Result<Option<i64>> {
    let query = AUTHOR.query().bind(uuid).bind(now);
    query.fetch_optional(pool.reader()).await
}

fn draft_query(statement: Statement, draft: Draft<'_>) -> Query {
    statement
        .query()
        .bind(draft.uuid)
        .bind(draft.user_id)
        .bind(draft.message)
        .bind(draft.created_at)
}

/// Inserts the hashtags of an activity.
pub(super) async fn insert_hashtags(
    connection: &mut Connection,
    id: i64,
    message: &str,
) -> Result<()> {
    let tags: Vec<_> = text::hashtags(message)
        .map(|tag| [search_text::hashtag(tag), tag.to_owned()])
        .collect();
    insert_each(connection, INSERT_HASHTAGS, id, tags).await
}

async fn insert_mentions(connection: &mut Connection, id: i64, message: &str) -> Result<()> {
    let handles: Vec<_> = text::mentions(message)
        .map(str::to_ascii_lowercase)
        .collect();
    insert_each(connection, INSERT_MENTIONS, id, handles).await
}

async fn insert_each<T: serde::Serialize>(
    connection: &mut Connection,
    statement: Statement,
    id: i64,
    values: Vec<T>,
) -> Result<()> {
    if values.is_empty() {
        return Ok(());
    }
    let values =
        serde_json::to_string(&values).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let query = statement.query().bind(id).bind(values);
    query.execute(connection).await?;
    Ok(())
}
