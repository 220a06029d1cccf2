//! Live updates: the data of the server-sent events of `GET /api/events`.

use serde::{Deserialize, Serialize};

use crate::{lenient::null_as_default, message::Message, time::Timestamp};

/// The name of the event with a [`LiveState`].
pub const READY_EVENT: &str = "ready";

/// The name of the event with a [`LiveMessage`].
pub const MESSAGE_EVENT: &str = "message";

/// The name of the event that is sent while nothing happens. Not a comment, because a page cannot see
/// comments, and could not tell an idle stream from one that broke while the computer slept.
pub const ALIVE_EVENT: &str = "alive";

/// The time between two [`ALIVE_EVENT`]s, in milliseconds.
pub const ALIVE_INTERVAL_MS: u32 = 15_000;

/// The state of the account when a stream begins.
///
/// A page that shows something older has missed messages and loads them again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LiveState {
    #[serde(default, deserialize_with = "null_as_default")]
    pub unread_conversations_count: u32,
    /// The time of the newest message of all conversations.
    #[serde(default)]
    pub last_message_at: Option<Timestamp>,
}

/// A message that the account received, or sent from this or another page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LiveMessage {
    /// The handle of the other account of the conversation.
    pub conversation: String,
    pub message: Message,
    /// The number of unread conversations with this message. Absent if the database is busy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread_conversations_count: Option<u32>,
    /// The idempotency key of the sender's request, only for the sender: the page that sent the message
    /// shows it already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// The `traceparent` of the span that stored the message, to link to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
}
