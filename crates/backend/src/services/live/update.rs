//! Updates for event streams, and their JSON format in notifications between back ends.

use serde::{Deserialize, Serialize};

/// An update for the streams of some accounts. It has ids only: each stream reads what its account may
/// see, so a forged notification reveals nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Update {
    /// A message was stored.
    Message(StoredMessage),
    /// A session of the account may have ended.
    SessionsChanged { user_id: i64 },
    /// A probe of the connection between back ends, for no stream.
    Probe,
    /// Updates of any account may have been missed. It is never sent to other back ends.
    #[serde(skip)]
    Missed,
}

/// A message that was stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredMessage {
    pub(crate) uuid: String,
    pub(crate) sender_id: i64,
    pub(crate) receiver_id: i64,
    /// The idempotency key of the sender's request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) idempotency_key: Option<String>,
    /// The `traceparent` of the span that stored the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) traceparent: Option<String>,
}

impl StoredMessage {
    /// Returns whether the account is the sender or the receiver.
    pub(super) fn has_account(&self, user_id: i64) -> bool {
        [self.sender_id, self.receiver_id].contains(&user_id)
    }
}

impl Update {
    /// Returns the payload of the notification.
    pub(crate) fn payload(&self) -> String {
        // Fails only for `Missed`, which is not sent, and for maps with keys that are not strings.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Returns the accounts whose streams need the update. `None` stands for all.
    pub(super) fn user_ids(&self) -> Option<[i64; 2]> {
        match self {
            Self::Message(message) => Some([message.sender_id, message.receiver_id]),
            Self::SessionsChanged { user_id } => Some([*user_id; 2]),
            Self::Probe => Some([0; 2]),
            Self::Missed => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PostgreSQL rejects longer payloads.
    const MAX_PAYLOAD_BYTES: usize = 7_999;
    /// The length of an idempotency key is limited to this.
    const MAX_KEY_CHARS: usize = 255;

    #[test]
    fn longest_payload_fits_into_a_notification() {
        let update = Update::Message(StoredMessage {
            uuid: uuid::Uuid::max().to_string(),
            sender_id: i64::MIN,
            receiver_id: i64::MIN,
            idempotency_key: Some("~".repeat(MAX_KEY_CHARS)),
            traceparent: Some(format!("00-{}-{}-01", "f".repeat(32), "f".repeat(16))),
        });
        let payload = update.payload();
        assert!(payload.len() < MAX_PAYLOAD_BYTES / 10, "{}", payload.len());
        assert_eq!(serde_json::from_str::<Update>(&payload).unwrap(), update);
    }

    #[test]
    fn notification_of_a_missed_update_cannot_be_forged() {
        assert!(serde_json::from_str::<Update>(r#"{"kind":"missed"}"#).is_err());
        let probe = serde_json::from_str::<Update>(r#"{"kind":"probe"}"#);
        assert_eq!(probe.unwrap(), Update::Probe);
    }
}
