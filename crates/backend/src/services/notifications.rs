//! What others did that concerns me. Looking at it makes it read.

use api_types::Activity;

use super::{
    User,
    feeds::{note_length, note_now},
};
use crate::{
    Error, clock,
    store::{Pool, notifications},
    telemetry::{Operation, note_user},
};

const NOTIFICATIONS: Operation =
    Operation::new("notifications-activities", "notification_activities");

pub(crate) async fn newest(pool: &Pool, user: &User) -> Result<Vec<Activity>, Error> {
    NOTIFICATIONS
        .run(async {
            let now = clock::now();
            note_user(user);
            note_now(now);
            let activities = notifications::newest(pool, user.id, now).await?;
            notifications::mark_read(pool, user.id, now).await?;
            note_length(activities.len());
            Ok(activities)
        })
        .await
}
