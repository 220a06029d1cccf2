//! Notifications of an account.

use api_types::{Activity, Timestamp};

use super::{
    User,
    feeds::{set_now, set_result_length},
};
use crate::{
    Error, clock,
    store::{Pool, notifications},
    telemetry::{Operation, set_user_handle},
};

const NOTIFICATIONS: Operation =
    Operation::new("notifications-activities", "notification_activities");
const MARK_READ: Operation = Operation::new("notifications-activities", "mark_notifications_read");

/// Returns the newest notifications.
pub(crate) async fn newest(pool: &Pool, user: &User) -> Result<Vec<Activity>, Error> {
    NOTIFICATIONS
        .run(async {
            let now = clock::now();
            set_user_handle(&user.handle);
            set_now(now);
            let activities = notifications::newest(pool, user.id, now).await?;
            set_result_length(activities.len());
            Ok(activities)
        })
        .await
}

/// Marks notifications up to `until` as read; without a time, all of them.
pub(crate) async fn mark_read(
    pool: &Pool,
    user: &User,
    until: Option<Timestamp>,
) -> Result<(), Error> {
    MARK_READ
        .run(async {
            set_user_handle(&user.handle);
            let now = clock::now();
            let until = until.map_or(now, |until| until.min(now));
            Ok(notifications::mark_read(pool, user.id, until).await?)
        })
        .await
}
