//! A crud or a reply, as every feed returns it.

use serde::{Deserialize, Serialize};

use crate::{lenient::null_as_default, time::Timestamp, visible::display_name};

/// A crud, or a reply to one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Activity {
    #[serde(default, deserialize_with = "null_as_default")]
    pub uuid: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub handle: String,
    /// Empty if the back end does not send it; display [`Activity::name`] instead.
    #[serde(default, deserialize_with = "null_as_default")]
    pub display_name: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub message: String,
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// Absent on replies, which expire with the crud they reply to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub replies_count: u32,
    #[serde(default, deserialize_with = "null_as_default")]
    pub reposts_count: u32,
    #[serde(default, alias = "likes", deserialize_with = "null_as_default")]
    pub likes_count: u32,
    /// Whether the signed-in account likes this activity.
    #[serde(default, deserialize_with = "null_as_default")]
    pub liked: bool,
    /// Whether the signed-in account reposted this activity.
    #[serde(default, deserialize_with = "null_as_default")]
    pub reposted: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to_activity_uuid: Option<String>,
    /// The replies, oldest first: the first two in a feed, one page in the response for a single crud.
    #[serde(default, deserialize_with = "null_as_default")]
    #[cfg_attr(feature = "openapi", schema(no_recursion))]
    pub replies: Vec<Activity>,
    /// Present only in the response to `GET /api/activities/notifications`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification: Option<Notification>,
}

impl Activity {
    /// Returns the display name, or the handle if the display name is blank.
    #[must_use]
    pub fn name(&self) -> &str {
        display_name(&self.display_name, &self.handle)
    }
}

/// The event that put an activity among the notifications.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Notification {
    pub kind: NotificationKind,
    /// The account that replied, liked, reposted or mentioned.
    pub handle: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub display_name: String,
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub unread: bool,
}

/// The kind of event.
///
/// `Reply` and `Mention` come with the other account's activity, `Like` and `Repost` with the
/// signed-in account's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NotificationKind {
    Reply,
    Like,
    Repost,
    Mention,
}

/// The response to a like or a repost: the activity's current counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Counts {
    pub replies_count: u32,
    pub reposts_count: u32,
    pub likes_count: u32,
    pub liked: bool,
    pub reposted: bool,
}

/// The body of `POST /api/activities`.
///
/// `ttl` is a string, so that an unknown lifetime is a validation error with a code instead of an
/// unreadable body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewActivity {
    #[serde(default, deserialize_with = "null_as_default")]
    pub message: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub ttl: String,
}

/// The body of `POST /api/activities/{uuid}/reply`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewReply {
    #[serde(default, deserialize_with = "null_as_default")]
    pub message: String,
}

/// The body of `POST /api/activities/notifications/read`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotificationsRead {
    /// The time of the newest notification to mark as read. Absent: all of them.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_fields_take_their_defaults() {
        let json = r#"{"uuid":"68f1","handle":"worf","message":"I am out of prune juice",
            "created_at":"2022-11-22T16:15:45.123456","likes":3,"color":"red"}"#;
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
    fn null_fields_take_their_defaults() {
        let json = r#"{"uuid":"1","handle":"londo","message":"Ah","display_name":null,
            "created_at":null,"expires_at":null,"likes_count":null,"replies":null}"#;
        let activity: Activity = serde_json::from_str(json).unwrap();
        assert_eq!((activity.name(), activity.likes_count), ("londo", 0));
    }

    #[test]
    fn activity_survives_a_round_trip_through_json() {
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
