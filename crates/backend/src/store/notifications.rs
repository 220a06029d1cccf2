//! Notifications: replies to, likes and reposts of an account's cruds, and mentions of the account.

use api_types::{Activity, Notification, NotificationKind, Timestamp};

use super::{
    FromRow, Pool, Result, Row, Statement,
    activities::{ActivityRow, View, select_activities},
};

/// All events for the account $1. A reply that also mentions the account is one event.
macro_rules! with_events {
    ($($rest:expr),+) => {
        concat!(
            "WITH events (kind, activity_id, actor_id, happened_at) AS ( \
             SELECT 'reply', r.id, r.user_id, r.created_at \
             FROM activities AS mine JOIN activities AS r ON r.reply_to_id = mine.id \
             WHERE mine.user_id = $1 \
             UNION ALL SELECT 'like', l.activity_id, l.user_id, l.created_at \
             FROM activities AS mine JOIN activity_likes AS l ON l.activity_id = mine.id \
             WHERE mine.user_id = $1 \
             UNION ALL SELECT 'repost', p.activity_id, p.user_id, p.created_at \
             FROM activities AS mine JOIN activity_reposts AS p ON p.activity_id = mine.id \
             WHERE mine.user_id = $1 \
             UNION ALL SELECT 'mention', theirs.id, theirs.user_id, theirs.created_at \
             FROM activity_mentions AS m JOIN activities AS theirs ON theirs.id = m.activity_id \
             LEFT JOIN activities AS answered ON answered.id = theirs.reply_to_id \
             WHERE m.user_id = $1 AND answered.user_id IS DISTINCT FROM $1) ",
            $($rest),+
        )
    };
}

const NEWEST: Statement = Statement::new(
    "SELECT",
    "activities",
    with_events!(select_activities!(
        ", e.kind, e.happened_at, actor.handle AS actor_handle, \
         actor.display_name AS actor_display_name, me.notifications_seen_at AS seen_at ",
        "FROM events AS e JOIN activities AS a ON a.id = e.activity_id \
         JOIN users AS u ON u.id = a.user_id JOIN users AS actor ON actor.id = e.actor_id \
         JOIN users AS me ON me.id = $1 \
         LEFT JOIN activities AS parent ON parent.id = a.reply_to_id \
         WHERE a.expires_at > $2 AND e.actor_id <> $1 \
         ORDER BY e.happened_at DESC, a.uuid, actor.handle LIMIT $3"
    )),
);

const COUNT_UNREAD: Statement = Statement::new(
    "SELECT",
    "activities",
    with_events!(
        "SELECT count(*) FROM events AS e JOIN activities AS a ON a.id = e.activity_id \
         JOIN users AS me ON me.id = $1 \
         WHERE a.expires_at > $2 AND e.actor_id <> $1 AND e.happened_at > me.notifications_seen_at"
    ),
);

const MARK_READ: Statement = Statement::new(
    "UPDATE",
    "users",
    "UPDATE users SET notifications_seen_at = $2 \
     WHERE id = $1 AND notifications_seen_at < $2",
);

const MAX_NOTIFICATIONS: u32 = 50;

/// Selects the newest notifications.
pub(crate) async fn newest(pool: &Pool, user_id: i64, now: Timestamp) -> Result<Vec<Activity>> {
    let view = View {
        viewer_id: Some(user_id),
        now,
    };
    let query = NEWEST
        .query()
        .bind(view.viewer_id)
        .bind(view.now)
        .bind(MAX_NOTIFICATIONS);
    let rows: Vec<NotificationRow> = query.fetch_all(pool.scanner()).await?;
    Ok(rows
        .into_iter()
        .map(|NotificationRow(activity)| activity)
        .collect())
}

/// Counts the notifications after the last one marked as read.
pub(crate) async fn count_unread(pool: &Pool, user_id: i64, now: Timestamp) -> Result<u32> {
    let query = COUNT_UNREAD.query().bind(user_id).bind(now);
    query.fetch_one(pool.scanner()).await
}

/// Marks notifications up to `until` as read. Notifications never become unread again.
pub(crate) async fn mark_read(pool: &Pool, user_id: i64, until: Timestamp) -> Result<()> {
    let query = MARK_READ.query().bind(user_id).bind(until);
    query.execute(pool.writer()).await?;
    Ok(())
}

struct NotificationRow(Activity);

impl FromRow for NotificationRow {
    fn from_row(row: &Row) -> Result<Self> {
        let ActivityRow(activity) = ActivityRow::from_row(row)?;
        let happened_at: i64 = row.get("happened_at")?;
        let notification = Notification {
            kind: kind(&row.get::<String>("kind")?)?,
            handle: row.get("actor_handle")?,
            display_name: row.get("actor_display_name")?,
            created_at: Some(Timestamp::from_millis(happened_at)),
            unread: happened_at > row.get("seen_at")?,
        };
        Ok(Self(Activity {
            notification: Some(notification),
            ..activity
        }))
    }
}

fn kind(text: &str) -> Result<NotificationKind> {
    match text {
        "reply" => Ok(NotificationKind::Reply),
        "like" => Ok(NotificationKind::Like),
        "repost" => Ok(NotificationKind::Repost),
        "mention" => Ok(NotificationKind::Mention),
        other => Err(sqlx::Error::Decode(
            format!("unknown notification kind `{other}`").into(),
        )),
    }
}
