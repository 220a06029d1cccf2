//! Selects feeds, cruds and replies.

use std::collections::HashMap;

use api_types::{Activity, Timestamp};
use sqlx::{FromRow, Row, Sqlite, query::QueryAs, sqlite::SqliteArguments, sqlite::SqliteRow};

use super::{
    Pool, Result, Statement,
    cursor::{Cursor, PAGE_LENGTH},
};

/// The text of a statement that selects whole activities. ?1 is the viewer's id or NULL, ?2 is now.
macro_rules! select_activities {
    ($($rest:expr),+) => {
        concat!(
            "SELECT a.uuid, u.handle, u.display_name, a.message, a.created_at, a.expires_at, \
             parent.uuid AS reply_to_activity_uuid, \
             a.replies_count, a.reposts_count, a.likes_count, \
             EXISTS (SELECT 1 FROM activity_likes WHERE activity_id = a.id AND user_id = ?1) AS liked, \
             EXISTS (SELECT 1 FROM activity_reposts WHERE activity_id = a.id AND user_id = ?1) AS reposted ",
            $($rest),+
        )
    };
    // A reply is selected only if its parent has not expired.
    (from $table:literal where $condition:literal) => {
        select_activities!(
            "FROM ",
            $table,
            " JOIN users AS u ON u.id = a.user_id \
             LEFT JOIN activities AS parent ON parent.id = a.reply_to_id \
             WHERE a.expires_at > ?2 AND (parent.id IS NULL OR parent.expires_at > ?2) AND ",
            $condition
        )
    };
}
pub(super) use select_activities;

const HOME: Statement = Statement::new(
    "SELECT",
    "activities",
    select_activities!(from "activities AS a" where
        "a.reply_to_id IS NULL AND (a.created_at, a.uuid) < (?3, ?4) \
         ORDER BY a.created_at DESC, a.uuid DESC LIMIT ?5"),
);

const OF_USER: Statement = Statement::new(
    "SELECT",
    "activities",
    select_activities!(from "activities AS a" where
        "a.reply_to_id IS NULL AND a.user_id = ?6 AND (a.created_at, a.uuid) < (?3, ?4) \
         ORDER BY a.created_at DESC, a.uuid DESC LIMIT ?5"),
);

const ONE: Statement = Statement::new(
    "SELECT",
    "activities",
    select_activities!(from "activities AS a" where "a.uuid = ?3"),
);

/// The first ?4 replies to each of the activities in the JSON array ?3. The index is read for these
/// replies only.
const FIRST_REPLIES: Statement = Statement::new(
    "SELECT",
    "activities",
    select_activities!(from
        "json_each(?3) AS wanted JOIN activities AS answered ON answered.uuid = wanted.value \
         JOIN activities AS a ON a.id IN (SELECT id FROM activities \
             WHERE reply_to_id = answered.id ORDER BY created_at, uuid LIMIT ?4)"
        where "true ORDER BY a.created_at, a.uuid"),
);

/// A page of the replies to the activity ?6, oldest first.
const REPLIES: Statement = Statement::new(
    "SELECT",
    "activities",
    select_activities!(from "activities AS a" where
        "a.reply_to_id = (SELECT id FROM activities WHERE uuid = ?6) \
         AND (a.created_at, a.uuid) > (?3, ?4) \
         ORDER BY a.created_at, a.uuid LIMIT ?5"),
);

/// The account that views activities, and the time. Without an account, `liked` and `reposted` are
/// false.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    pub(crate) viewer_id: Option<i64>,
    pub(crate) now: Timestamp,
}

/// A page of a feed, and the cursor of the next page.
#[derive(Debug)]
pub(crate) struct Feed {
    pub(crate) activities: Vec<Activity>,
    pub(crate) next: Option<Cursor>,
}

/// Selects a page of all cruds, newest first.
pub(crate) async fn home(pool: &Pool, view: View, before: &Cursor) -> Result<Feed> {
    page(
        HOME,
        page_query(HOME, view, before).fetch_all(pool.reader()),
    )
    .await
}

/// Selects a page of an account's cruds, newest first.
pub(crate) async fn of_user(
    pool: &Pool,
    view: View,
    user_id: i64,
    before: &Cursor,
) -> Result<Feed> {
    let query = page_query(OF_USER, view, before).bind(user_id);
    page(OF_USER, query.fetch_all(pool.reader())).await
}

/// Selects one activity without its replies.
pub(crate) async fn by_uuid(pool: &Pool, view: View, uuid: &str) -> Result<Option<Activity>> {
    let query = view_query(ONE, view).bind(uuid);
    let row = ONE.traced(query.fetch_optional(pool.reader())).await?;
    Ok(row.map(|ActivityRow(activity)| activity))
}

/// Selects a page of the replies to an activity, oldest first, after the cursor.
pub(crate) async fn replies(pool: &Pool, view: View, uuid: &str, after: &Cursor) -> Result<Feed> {
    let query = page_query(REPLIES, view, after).bind(uuid.to_owned());
    page(REPLIES, query.fetch_all(pool.reader())).await
}

/// Adds the first replies to each of the activities.
pub(crate) async fn attach_replies(
    pool: &Pool,
    view: View,
    activities: &mut [Activity],
    max_each: u32,
) -> Result<()> {
    let uuids: Vec<&str> = activities
        .iter()
        .filter(|activity| activity.replies_count > 0)
        .map(|activity| activity.uuid.as_str())
        .collect();
    if uuids.is_empty() {
        return Ok(());
    }
    let uuids = serde_json::Value::from(uuids).to_string();
    let query = view_query(FIRST_REPLIES, view).bind(uuids).bind(max_each);
    let replies = FIRST_REPLIES.traced(query.fetch_all(pool.reader())).await?;
    distribute(activities, replies);
    Ok(())
}

fn distribute(activities: &mut [Activity], replies: Vec<ActivityRow>) {
    let mut by_parent: HashMap<String, Vec<Activity>> = HashMap::new();
    for ActivityRow(reply) in replies {
        let parent = reply.reply_to_activity_uuid.clone().unwrap_or_default();
        by_parent.entry(parent).or_default().push(reply);
    }
    for activity in activities {
        activity.replies = by_parent.remove(&activity.uuid).unwrap_or_default();
    }
}

pub(super) type ActivityQuery = QueryAs<'static, Sqlite, ActivityRow, SqliteArguments>;

/// Binds ?1 and ?2.
fn view_query(statement: Statement, view: View) -> ActivityQuery {
    sqlx::query_as(statement.text)
        .bind(view.viewer_id)
        .bind(view.now.as_millis())
}

/// Binds ?1 to ?5. The limit is one more than a page, to find out whether there is a next page.
pub(super) fn page_query(statement: Statement, view: View, from: &Cursor) -> ActivityQuery {
    view_query(statement, view)
        .bind(from.created_at)
        .bind(from.uuid.clone())
        .bind(PAGE_LENGTH as i64 + 1)
}

/// Runs a statement for a page, and finds the cursor of the next one.
pub(super) async fn page(
    statement: Statement,
    rows: impl Future<Output = Result<Vec<ActivityRow>>>,
) -> Result<Feed> {
    let mut rows = statement.traced(rows).await?;
    let has_more = rows.len() > PAGE_LENGTH;
    rows.truncate(PAGE_LENGTH);
    let activities: Vec<Activity> = rows.into_iter().map(|ActivityRow(it)| it).collect();
    let next = activities.last().filter(|_| has_more).map(cursor_of);
    Ok(Feed { activities, next })
}

fn cursor_of(activity: &Activity) -> Cursor {
    Cursor {
        created_at: activity.created_at.unwrap_or_default().as_millis(),
        uuid: activity.uuid.clone(),
    }
}

/// A row of `select_activities!`.
pub(super) struct ActivityRow(pub(super) Activity);

impl FromRow<'_, SqliteRow> for ActivityRow {
    fn from_row(row: &SqliteRow) -> Result<Self> {
        let reply_to: Option<String> = row.try_get("reply_to_activity_uuid")?;
        let expires_at = Timestamp::from_millis(row.try_get("expires_at")?);
        Ok(Self(Activity {
            uuid: row.try_get("uuid")?,
            handle: row.try_get("handle")?,
            display_name: row.try_get("display_name")?,
            message: row.try_get("message")?,
            created_at: Some(Timestamp::from_millis(row.try_get("created_at")?)),
            expires_at: reply_to.is_none().then_some(expires_at),
            replies_count: row.try_get("replies_count")?,
            reposts_count: row.try_get("reposts_count")?,
            likes_count: row.try_get("likes_count")?,
            liked: row.try_get("liked")?,
            reposted: row.try_get("reposted")?,
            reply_to_activity_uuid: reply_to,
            replies: Vec::new(),
            notification: None,
        }))
    }
}
