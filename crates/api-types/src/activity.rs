//! A crud or a reply, as every feed returns it.

use serde::{Deserialize, Serialize};

use crate::{lenient::null_as_default, time::Timestamp, visible::is_blank};

/// A crud, or a reply to one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    #[serde(default, deserialize_with = "null_as_default")]
    pub uuid: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub handle: String,
    /// Empty where the back end does not know it: show [`Activity::name`].
    #[serde(default, deserialize_with = "null_as_default")]
    pub display_name: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub message: String,
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// Absent on replies: they expire with the crud they answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub replies_count: u32,
    #[serde(default, deserialize_with = "null_as_default")]
    pub reposts_count: u32,
    #[serde(default, alias = "likes", deserialize_with = "null_as_default")]
    pub likes_count: u32,
    /// Whether the signed-in account likes it.
    #[serde(default, deserialize_with = "null_as_default")]
    pub liked: bool,
    /// Whether the signed-in account reposted it.
    #[serde(default, deserialize_with = "null_as_default")]
    pub reposted: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to_activity_uuid: Option<String>,
    /// Oldest first. Feeds carry the first few, the crud's own address a page of them.
    #[serde(default, deserialize_with = "null_as_default")]
    pub replies: Vec<Activity>,
    /// Only in the answer to `GET /api/activities/notifications`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification: Option<Notification>,
}

impl Activity {
    /// The display name, or the handle where there is none.
    #[must_use]
    pub fn name(&self) -> &str {
        if is_blank(&self.display_name) {
            &self.handle
        } else {
            &self.display_name
        }
    }
}

/// Why an activity is among my notifications.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    pub kind: NotificationKind,
    /// Who replied, liked, reposted or mentioned me.
    pub handle: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub display_name: String,
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub unread: bool,
}

/// For a reply and a mention the activity is theirs, for a like and a repost it is mine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationKind {
    Reply,
    Like,
    Repost,
    Mention,
}

/// The answer to a like or a repost: how the activity stands now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub replies_count: u32,
    pub reposts_count: u32,
    pub likes_count: u32,
    pub liked: bool,
    pub reposted: bool,
}

/// `POST /api/activities`. The lifetime is text, so that an unknown one is a validation error with a
/// code rather than a body that cannot be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewActivity {
    #[serde(default, deserialize_with = "null_as_default")]
    pub message: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub ttl: String,
}

/// `POST /api/activities/{uuid}/reply`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewReply {
    #[serde(default, deserialize_with = "null_as_default")]
    pub message: String,
}

/// `POST /api/activities/notifications/read`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationsRead {
    /// When the newest of those that were seen happened; absent for all of them.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lean_object_is_read_with_defaults() {
        let json = r#"{"uuid":"68f1","handle":"worf","message":"I am out of prune juice",
            "created_at":"2022-11-22T16:15:45.123456","likes":3,"colour":"red"}"#;
        let activity: Activity = serde_json::from_str(json).unwrap();
        assert_eq!(activity.name(), "worf");
        assert_eq!(activity.likes_count, 3);
        assert_eq!(
            activity.created_at,
            Some(Timestamp::from_millis(1_669_133_745_123))
        );
        assert_eq!(activity.expires_at, None);
        assert!(activity.replies.is_empty() && !activity.liked);
    }

    #[test]
    fn null_reads_like_an_absent_field() {
        let json = r#"{"uuid":"1","handle":"londo","message":"Ah","display_name":null,
            "created_at":null,"expires_at":null,"likes_count":null,"replies":null}"#;
        let activity: Activity = serde_json::from_str(json).unwrap();
        assert_eq!((activity.name(), activity.likes_count), ("londo", 0));
    }

    #[test]
    fn what_is_written_reads_back() {
        let activity = Activity {
            uuid: "1".to_owned(),
            created_at: Some(Timestamp::from_millis(0)),
            replies: vec![Activity {
                reply_to_activity_uuid: Some("1".to_owned()),
                ..Activity::default()
            }],
            ..Activity::default()
        };
        let json = serde_json::to_string(&activity).unwrap();
        assert_eq!(serde_json::from_str::<Activity>(&json).unwrap(), activity);
    }
}
