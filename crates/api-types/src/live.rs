//! Live updates: the data of the server-sent events of `GET /api/events`.

use serde::{Deserialize, Serialize};

use crate::{lenient::null_as_default, message::Message, time::Timestamp};

/// The name of the event with a [`LiveState`].
pub const READY_EVENT: &str = "ready";

/// The name of the event with a [`LiveMessage`].
pub const MESSAGE_EVENT: &str = "message";

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
    /// The `traceparent` of the span that stored the message, to link to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
}
