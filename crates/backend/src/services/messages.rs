//! Direct messages and conversations. Only the two accounts of a conversation can reach it.

use api_types::{
    Code, Message, MessageGroup, NewMessage, Timestamp, UnreadConversations, validate,
};
use uuid::Uuid;

use super::{
    User,
    authoring::{check_replay, idempotent, ordered_uuid},
    feeds::set_result_length,
    live::{Live, StoredMessage, Update, current_traceparent},
    user_not_found,
};
use crate::{
    Error, clock,
    idempotency::IdempotencyKey,
    store::{
        Pool,
        cursor::Cursor,
        messages::{self, Conversation, Inserted, MessageDraft, MessagePage},
        users,
    },
    telemetry::{Operation, set_user_handle},
};

const GROUPS: Operation = Operation::new("messages", "message_groups");
const CONVERSATION: Operation = Operation::new("messages", "conversation");
const CREATE: Operation = Operation::new("messages", "create_message");
const MARK_READ: Operation = Operation::new("messages", "mark_messages_read");

/// A sent message.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) message: Message,
    /// Whether an earlier request with the same key sent it.
    pub(crate) is_replayed: bool,
}

/// Returns a page of the account's conversations, the one with the newest message first.
pub(crate) async fn groups(
    pool: &Pool,
    user: &User,
    before: &Cursor,
) -> Result<MessagePage<MessageGroup>, Error> {
    GROUPS
        .run(async {
            set_user_handle(&user.handle);
            let page = messages::groups(pool, user.id, before).await?;
            set_result_length(page.items.len());
            Ok(page)
        })
        .await
}

/// Returns a page of the conversation with another account, newest message first.
pub(crate) async fn conversation(
    pool: &Pool,
    user: &User,
    handle: &str,
    before: &Cursor,
) -> Result<MessagePage<Message>, Error> {
    CONVERSATION
        .run(async {
            set_user_handle(&user.handle);
            let other_id = id_of(pool, handle).await?;
            let page = match Conversation::between(user.id, other_id) {
                Some(conversation) => messages::of_conversation(pool, conversation, before).await?,
                None => MessagePage {
                    items: Vec::new(),
                    next: None,
                },
            };
            set_result_length(page.items.len());
            Ok(page)
        })
        .await
}

/// Sends a message.
pub(crate) async fn create(
    (pool, live): (&Pool, &Live),
    user: &User,
    new: &NewMessage,
    key: Option<IdempotencyKey>,
) -> Result<Sent, Error> {
    CREATE
        .run(async {
            set_user_handle(&user.handle);
            validate::new_message(new).map_err(Error::Invalid)?;
            let receiver = by_handle(pool, &new.user_receiver_handle).await?;
            let conversation = Conversation::between(user.id, receiver.id)
                .ok_or_else(|| Error::Invalid(vec![Code::UserReceiverHandleOwn]))?;
            let receiver_id = receiver.id.to_string();
            let request = idempotent(key, &["message", &receiver_id, &new.message]);
            let uuid = ordered_uuid();
            let update = Update::Message(StoredMessage {
                uuid: uuid.clone(),
                sender_id: user.id,
                receiver_id: receiver.id,
                idempotency_key: request.as_ref().map(|request| request.key.clone()),
                traceparent: current_traceparent(),
            });
            let draft = MessageDraft {
                uuid: &uuid,
                conversation,
                sender_id: user.id,
                message: &new.message,
                now: clock::now(),
                group_uuid: &Uuid::new_v4().to_string(),
                notification: &update.payload(),
            };
            let inserted = messages::insert(pool, draft, request.as_ref()).await?;
            let is_replayed = matches!(inserted, Inserted::Earlier(_));
            let (uuid, created_at) = match inserted {
                Inserted::Earlier(stored) => check_replay(stored, request.as_ref())?,
                Inserted::Now(created_at) => (draft.uuid.to_owned(), created_at),
            };
            if !is_replayed {
                live.committed(pool, update);
            }
            Ok(Sent {
                message: message(user, uuid, new, created_at),
                is_replayed,
            })
        })
        .await
}

/// Marks the messages of another account up to `until` as read; without a time, all of them. Returns
/// the number of conversations that are still unread.
pub(crate) async fn mark_read(
    pool: &Pool,
    user: &User,
    handle: &str,
    until: Option<Timestamp>,
) -> Result<UnreadConversations, Error> {
    MARK_READ
        .run(async {
            set_user_handle(&user.handle);
            let other_id = id_of(pool, handle).await?;
            messages::mark_read(pool, user.id, other_id, until).await?;
            Ok(UnreadConversations {
                unread_conversations_count: messages::count_unread(pool, user.id).await?,
            })
        })
        .await
}

async fn by_handle(pool: &Pool, handle: &str) -> Result<User, Error> {
    let user = users::by_handle(pool, handle).await?;
    user.ok_or_else(|| user_not_found(handle))
}

async fn id_of(pool: &Pool, handle: &str) -> Result<i64, Error> {
    let id = users::id_of(pool, handle).await?;
    id.ok_or_else(|| user_not_found(handle))
}

fn message(user: &User, uuid: String, new: &NewMessage, created_at: Timestamp) -> Message {
    Message {
        uuid,
        handle: user.handle.clone(),
        display_name: user.display_name.clone(),
        message: new.message.clone(),
        created_at: Some(created_at),
    }
}
