//! What others did that concerns me.

use api_types::{Activity, Timestamp};

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
const MARK_READ: Operation = Operation::new("notifications-activities", "mark_notifications_read");

pub(crate) async fn newest(pool: &Pool, user: &User) -> Result<Vec<Activity>, Error> {
    NOTIFICATIONS
        .run(async {
            let now = clock::now();
            note_user(user);
            note_now(now);
            let activities = notifications::newest(pool, user.id, now).await?;
            note_length(activities.len());
            Ok(activities)
        })
        .await
}

/// Marks what happened until then as read; without a time, all of it. What happens later is news.
pub(crate) async fn mark_read(
    pool: &Pool,
    user: &User,
    until: Option<Timestamp>,
) -> Result<(), Error> {
    MARK_READ
        .run(async {
            note_user(user);
            let now = clock::now();
            let until = until.map_or(now, |until| until.min(now));
            Ok(notifications::mark_read(pool, user.id, until).await?)
        })
        .await
}
