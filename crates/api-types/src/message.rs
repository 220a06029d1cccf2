//! Direct messages between two accounts.

use serde::{Deserialize, Serialize};

use crate::{lenient::null_as_default, time::Timestamp, visible::display_name};

/// A direct message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Message {
    #[serde(default, deserialize_with = "null_as_default")]
    pub uuid: String,
    /// The handle of the sender.
    #[serde(default, deserialize_with = "null_as_default")]
    pub handle: String,
    /// Empty if the back end does not send it; display [`Message::name`] instead.
    #[serde(default, deserialize_with = "null_as_default")]
    pub display_name: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub message: String,
    #[serde(default)]
    pub created_at: Option<Timestamp>,
}

impl Message {
    /// Returns the sender's display name, or the handle if the display name is blank.
    #[must_use]
    pub fn name(&self) -> &str {
        display_name(&self.display_name, &self.handle)
    }
}

/// A conversation with another account, with its last message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageGroup {
    #[serde(default, deserialize_with = "null_as_default")]
    pub uuid: String,
    /// The handle of the other account.
    #[serde(default, deserialize_with = "null_as_default")]
    pub handle: String,
    /// Empty if the back end does not send it; display [`MessageGroup::name`] instead.
    #[serde(default, deserialize_with = "null_as_default")]
    pub display_name: String,
    /// The text of the last message.
    #[serde(default, deserialize_with = "null_as_default")]
    pub message: String,
    /// The time of the last message.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// Whether the other account sent a message after the last one marked as read.
    #[serde(default, deserialize_with = "null_as_default")]
    pub unread: bool,
}

impl MessageGroup {
    /// Returns the other account's display name, or the handle if the display name is blank.
    #[must_use]
    pub fn name(&self) -> &str {
        display_name(&self.display_name, &self.handle)
    }
}

/// The body of `POST /api/messages`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewMessage {
    #[serde(default, deserialize_with = "null_as_default")]
    pub message: String,
    /// The handle of the account that receives the message.
    #[serde(default, deserialize_with = "null_as_default")]
    pub user_receiver_handle: String,
}

/// The body of `POST /api/messages/@{handle}/read`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessagesRead {
    /// The time of the newest message to mark as read. Absent: all of them.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

/// The response to `POST /api/messages/@{handle}/read`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnreadConversations {
    #[serde(default, deserialize_with = "null_as_default")]
    pub unread_conversations_count: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_fields_take_their_defaults() {
        let json = r#"{"uuid":"68f1","handle":"worf","message":"Today is a good day",
            "created_at":"2022-11-22T16:15:45.123456"}"#;
        let group: MessageGroup = serde_json::from_str(json).unwrap();
        assert_eq!((group.name(), group.unread), ("worf", false));
        let message: Message = serde_json::from_str(json).unwrap();
        assert_eq!(message.name(), "worf");
        assert_eq!(
            message.created_at,
            Some(Timestamp::from_millis(1_669_133_745_123))
        );
    }

    #[test]
    fn null_fields_take_their_defaults() {
        let json = r#"{"message":null,"user_receiver_handle":null}"#;
        assert_eq!(
            serde_json::from_str::<NewMessage>(json).unwrap(),
            NewMessage::default()
        );
    }
}
