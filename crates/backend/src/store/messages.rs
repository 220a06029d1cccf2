//! Direct messages and conversations.

use api_types::{Message, MessageGroup, Timestamp};

use super::{
    Connection, Pool, Result, Statement, WriteTransaction,
    cursor::{Cursor, PAGE_LENGTH},
    idempotency::{self, IdempotentRequest, StoredResponse, Written},
    notify,
};

const GROUPS: Statement = Statement::new(
    "SELECT",
    "message_groups",
    "SELECT g.uuid, u.handle, u.display_name, m.message, \
     g.last_message_at, g.last_message_uuid, g.seen_at \
     FROM message_groups AS g JOIN users AS u ON u.id = g.other_user_id \
     JOIN messages AS m ON m.uuid = g.last_message_uuid \
     WHERE g.user_id = $1 AND (g.last_message_at, g.last_message_uuid) < ($2, $3) \
     ORDER BY g.last_message_at DESC, g.last_message_uuid DESC LIMIT $4",
);

const OF_CONVERSATION: Statement = Statement::new(
    "SELECT",
    "messages",
    "SELECT m.uuid, u.handle, u.display_name, m.message, m.created_at \
     FROM messages AS m JOIN users AS u ON u.id = m.sender_id \
     WHERE m.low_user_id = $1 AND m.high_user_id = $2 AND (m.created_at, m.uuid) < ($3, $4) \
     ORDER BY m.created_at DESC, m.uuid DESC LIMIT $5",
);

const INSERT: Statement = Statement::new(
    "INSERT",
    "messages",
    "INSERT INTO messages (uuid, low_user_id, high_user_id, sender_id, message, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6)",
);

/// Both rows are written in the same order by every transaction, so that two of them cannot wait for
/// each other. A message is later than all committed ones of its conversation, even if the clock of
/// this back end is behind or another transaction was faster: what is committed later is listed as
/// newer, and is unread. The sender has seen all messages.
const UPSERT_GROUPS: Statement = Statement::new(
    "INSERT",
    "message_groups",
    "INSERT INTO message_groups \
     (user_id, other_user_id, uuid, last_message_uuid, last_message_at, seen_at) \
     VALUES ($1, $2, $3, $4, $5, $6), ($2, $1, $3, $4, $5, $7) \
     ON CONFLICT (user_id, other_user_id) DO UPDATE SET \
     last_message_uuid = excluded.last_message_uuid, \
     last_message_at = CASE WHEN excluded.last_message_at > message_groups.last_message_at \
         THEN excluded.last_message_at ELSE message_groups.last_message_at + 1 END, \
     seen_at = CASE WHEN excluded.seen_at = 0 THEN message_groups.seen_at \
         WHEN excluded.last_message_at > message_groups.last_message_at \
         THEN excluded.last_message_at ELSE message_groups.last_message_at + 1 END \
     RETURNING last_message_at",
);

/// A message as one of the two accounts of its conversation sees it.
const DELIVERED: Statement = Statement::new(
    "SELECT",
    "messages",
    "SELECT m.uuid, s.handle, s.display_name, m.message, m.created_at, o.handle, m.sender_id, \
     (SELECT count(*) FROM message_groups WHERE user_id = $2 AND last_message_at > seen_at) \
     FROM messages AS m JOIN users AS s ON s.id = m.sender_id \
     JOIN users AS o ON o.id = m.low_user_id + m.high_user_id - $2 \
     WHERE m.uuid = $1 AND $2 IN (m.low_user_id, m.high_user_id)",
);

const COUNT_UNREAD: Statement = Statement::new(
    "SELECT",
    "message_groups",
    "SELECT count(*) FROM message_groups WHERE user_id = $1 AND last_message_at > seen_at",
);

const LAST_MESSAGE_AT: Statement = Statement::new(
    "SELECT",
    "message_groups",
    "SELECT max(last_message_at) FROM message_groups WHERE user_id = $1",
);

const MARK_READ: Statement = Statement::new(
    "UPDATE",
    "message_groups",
    "UPDATE message_groups \
     SET seen_at = CASE WHEN last_message_at > $3 THEN $3 ELSE last_message_at END \
     WHERE user_id = $1 AND other_user_id = $2 AND seen_at < $3 AND seen_at < last_message_at",
);

/// The two accounts of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Conversation {
    low_user_id: i64,
    high_user_id: i64,
}

impl Conversation {
    /// Returns the conversation of two accounts, or `None` if they are the same.
    pub(crate) fn between(one_id: i64, other_id: i64) -> Option<Self> {
        (one_id != other_id).then_some(Self {
            low_user_id: one_id.min(other_id),
            high_user_id: one_id.max(other_id),
        })
    }
}

/// A message to insert.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MessageDraft<'a> {
    pub(crate) uuid: &'a str,
    pub(crate) conversation: Conversation,
    pub(crate) sender_id: i64,
    pub(crate) message: &'a str,
    /// The current time. A message gets a later one if its conversation has a newer message.
    pub(crate) now: Timestamp,
    /// The UUID of the conversation, if this is its first message.
    pub(crate) group_uuid: &'a str,
    /// The payload that notifies all back ends of the message.
    pub(crate) notification: &'a str,
}

impl MessageDraft<'_> {
    fn written(&self, created_at: Timestamp) -> Written<'_> {
        Written {
            uuid: self.uuid,
            user_id: self.sender_id,
            created_at,
        }
    }
}

/// What a request to insert a message led to.
#[derive(Debug)]
pub(crate) enum Inserted {
    /// The message was inserted, with this time.
    Now(Timestamp),
    /// An earlier request with the same key has inserted it.
    Earlier(StoredResponse),
}

/// A page of a list, newest first, and the cursor of the next page.
#[derive(Debug)]
pub(crate) struct MessagePage<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next: Option<Cursor>,
}

impl<T> MessagePage<T> {
    /// Takes rows with their cursors, one more than a page if there is a next page.
    fn new(mut rows: Vec<(T, Cursor)>) -> Self {
        let has_more = rows.len() > PAGE_LENGTH;
        rows.truncate(PAGE_LENGTH);
        let next = rows.last().filter(|_| has_more);
        let next = next.map(|(_, cursor)| cursor.clone());
        let items = rows.into_iter().map(|(item, _)| item).collect();
        Self { items, next }
    }
}

/// Selects a page of an account's conversations, the one with the newest message first.
pub(crate) async fn groups(
    pool: &Pool,
    user_id: i64,
    before: &Cursor,
) -> Result<MessagePage<MessageGroup>> {
    type Row = (String, String, String, String, i64, String, i64);
    let query = GROUPS
        .query()
        .bind(user_id)
        .bind(before.created_at)
        .bind(&before.uuid)
        .bind(PAGE_LENGTH as i64 + 1);
    let rows: Vec<Row> = query.fetch_all(pool.reader()).await?;
    let rows = rows.into_iter().map(
        |(uuid, handle, display_name, message, last_message_at, last_message_uuid, seen_at)| {
            let group = MessageGroup {
                uuid,
                handle,
                display_name,
                message,
                created_at: Some(Timestamp::from_millis(last_message_at)),
                unread: last_message_at > seen_at,
            };
            let cursor = Cursor {
                created_at: last_message_at,
                uuid: last_message_uuid,
            };
            (group, cursor)
        },
    );
    Ok(MessagePage::new(rows.collect()))
}

/// Selects a page of a conversation, newest message first.
pub(crate) async fn of_conversation(
    pool: &Pool,
    conversation: Conversation,
    before: &Cursor,
) -> Result<MessagePage<Message>> {
    let query = OF_CONVERSATION
        .query()
        .bind(conversation.low_user_id)
        .bind(conversation.high_user_id)
        .bind(before.created_at)
        .bind(&before.uuid)
        .bind(PAGE_LENGTH as i64 + 1);
    let rows: Vec<(String, String, String, String, i64)> = query.fetch_all(pool.reader()).await?;
    let rows = rows
        .into_iter()
        .map(|(uuid, handle, display_name, message, created_at)| {
            let cursor = Cursor {
                created_at,
                uuid: uuid.clone(),
            };
            let message = Message {
                uuid,
                handle,
                display_name,
                message,
                created_at: Some(Timestamp::from_millis(created_at)),
            };
            (message, cursor)
        });
    Ok(MessagePage::new(rows.collect()))
}

/// Inserts a message, once per key.
pub(crate) async fn insert(
    pool: &Pool,
    draft: MessageDraft<'_>,
    request: Option<&IdempotentRequest>,
) -> Result<Inserted> {
    let mut transaction = WriteTransaction::begin(pool).await?;
    let inserted = insert_once(transaction.connection(), draft, request).await?;
    transaction.commit().await?;
    Ok(inserted)
}

async fn insert_once(
    connection: &mut Connection,
    draft: MessageDraft<'_>,
    request: Option<&IdempotentRequest>,
) -> Result<Inserted> {
    if let Some(request) = request
        && let Some(stored) =
            idempotency::find(connection, draft.written(draft.now), request).await?
    {
        return Ok(Inserted::Earlier(stored));
    }
    let created_at = upsert_groups(connection, draft).await?;
    insert_message(connection, draft, created_at).await?;
    if let Some(request) = request {
        idempotency::insert(connection, draft.written(created_at), request).await?;
    }
    notify::notify(connection, draft.notification).await?;
    Ok(Inserted::Now(created_at))
}

async fn insert_message(
    connection: &mut Connection,
    draft: MessageDraft<'_>,
    created_at: Timestamp,
) -> Result<()> {
    let query = INSERT
        .query()
        .bind(draft.uuid)
        .bind(draft.conversation.low_user_id)
        .bind(draft.conversation.high_user_id)
        .bind(draft.sender_id)
        .bind(draft.message)
        .bind(created_at);
    query.execute(connection).await?;
    Ok(())
}

/// Makes the message the last one of its conversation, and returns its time. Until the transaction
/// ends, other messages of the conversation wait.
async fn upsert_groups(connection: &mut Connection, draft: MessageDraft<'_>) -> Result<Timestamp> {
    let Conversation {
        low_user_id,
        high_user_id,
    } = draft.conversation;
    let now = draft.now.as_millis();
    let seen_by = |user_id: i64| {
        if user_id == draft.sender_id { now } else { 0 }
    };
    let query = UPSERT_GROUPS
        .query()
        .bind(low_user_id)
        .bind(high_user_id)
        .bind(draft.group_uuid)
        .bind(draft.uuid)
        .bind(now)
        .bind(seen_by(low_user_id))
        .bind(seen_by(high_user_id));
    // Both rows have the same time: no transaction writes only one of them.
    let times: Vec<i64> = query.fetch_all(connection).await?;
    let created_at = times.into_iter().max();
    Ok(created_at.map_or(draft.now, Timestamp::from_millis))
}

/// A message for one of the two accounts of its conversation.
#[derive(Debug)]
pub(crate) struct Delivered {
    pub(crate) message: Message,
    pub(crate) sender_id: i64,
    /// The handle of the other account.
    pub(crate) conversation: String,
    /// The number of the account's unread conversations.
    pub(crate) unread_conversations_count: u32,
}

/// Selects a message for an account. Other accounts than those of its conversation get none.
pub(crate) async fn delivered(pool: &Pool, uuid: &str, user_id: i64) -> Result<Option<Delivered>> {
    type Row = (String, String, String, String, i64, String, i64, u32);
    let query = DELIVERED.query().bind(uuid).bind(user_id);
    let row: Option<Row> = query.fetch_optional(pool.reader()).await?;
    Ok(row.map(
        |(uuid, handle, display_name, message, created_at, conversation, sender_id, unread)| {
            Delivered {
                message: Message {
                    uuid,
                    handle,
                    display_name,
                    message,
                    created_at: Some(Timestamp::from_millis(created_at)),
                },
                sender_id,
                conversation,
                unread_conversations_count: unread,
            }
        },
    ))
}

/// Counts the conversations with a message after the last one marked as read.
pub(crate) async fn count_unread(pool: &Pool, user_id: i64) -> Result<u32> {
    let query = COUNT_UNREAD.query().bind(user_id);
    query.fetch_one(pool.reader()).await
}

/// Returns the number of unread conversations, and the time of the newest message.
pub(crate) async fn live_state(pool: &Pool, user_id: i64) -> Result<(u32, Option<Timestamp>)> {
    let unread = count_unread(pool, user_id).await?;
    let query = LAST_MESSAGE_AT.query().bind(user_id);
    let last_message_at: Option<i64> = query.fetch_one(pool.reader()).await?;
    Ok((unread, last_message_at.map(Timestamp::from_millis)))
}

/// Marks the messages of another account up to `until` as read; without a time, all of them. They
/// never become unread again.
pub(crate) async fn mark_read(
    pool: &Pool,
    user_id: i64,
    other_user_id: i64,
    until: Option<Timestamp>,
) -> Result<()> {
    let query = MARK_READ
        .query()
        .bind(user_id)
        .bind(other_user_id)
        .bind(until.map_or(i64::MAX, Timestamp::as_millis));
    query.execute(pool.writer()).await?;
    Ok(())
}
