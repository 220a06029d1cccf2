//! Selects feeds, cruds and replies.

use std::collections::HashMap;

use api_types::{Activity, Timestamp};

use super::{
    Connections, FromRow, Pool, Query, Result, Row, Statement,
    cursor::{Cursor, PAGE_LENGTH},
};

/// The text of a statement that selects whole activities. $1 is the viewer's id or NULL, $2 is now.
macro_rules! select_activities {
    ($($rest:expr),+) => {
        concat!(
            "SELECT a.uuid, u.handle, u.display_name, a.message, a.created_at, a.expires_at, \
             parent.uuid AS reply_to_activity_uuid, \
             a.replies_count, a.reposts_count, a.likes_count, \
             EXISTS (SELECT 1 FROM activity_likes WHERE activity_id = a.id AND user_id = $1) AS liked, \
             EXISTS (SELECT 1 FROM activity_reposts WHERE activity_id = a.id AND user_id = $1) AS reposted ",
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
             WHERE a.expires_at > $2 AND (parent.id IS NULL OR parent.expires_at > $2) AND ",
            $condition
        )
    };
}
pub(super) use select_activities;

const HOME: Statement = Statement::new(
    "SELECT",
    "activities",
    select_activities!(from "activities AS a" where
        "a.reply_to_id IS NULL AND (a.created_at, a.uuid) < ($3, $4) \
         ORDER BY a.created_at DESC, a.uuid DESC LIMIT $5"),
);

const OF_USER: Statement = Statement::new(
    "SELECT",
    "activities",
    select_activities!(from "activities AS a" where
        "a.reply_to_id IS NULL AND a.user_id = $6 AND (a.created_at, a.uuid) < ($3, $4) \
         ORDER BY a.created_at DESC, a.uuid DESC LIMIT $5"),
);

const ONE: Statement = Statement::new(
    "SELECT",
    "activities",
    select_activities!(from "activities AS a" where "a.uuid = $3"),
);

/// The first $4 replies to each of the activities in the JSON array $3. The index is read for these
/// replies only.
const FIRST_REPLIES: Statement = Statement::new(
    "SELECT",
    "activities",
    select_activities!(from
        "json_each($3) AS wanted JOIN activities AS answered ON answered.uuid = wanted.value \
         JOIN activities AS a ON a.id IN (SELECT id FROM activities \
             WHERE reply_to_id = answered.id ORDER BY created_at, uuid LIMIT $4)"
        where "true ORDER BY a.created_at, a.uuid"),
)
.on_postgres(select_activities!(from
    "json_array_elements_text($3::json) AS wanted (value) \
     JOIN activities AS answered ON answered.uuid = wanted.value \
     CROSS JOIN LATERAL (SELECT * FROM activities WHERE reply_to_id = answered.id \
         ORDER BY created_at, uuid LIMIT $4) AS a"
    where "true ORDER BY a.created_at, a.uuid"));

/// A page of the replies to the activity $6, oldest first.
const REPLIES: Statement = Statement::new(
    "SELECT",
    "activities",
    select_activities!(from "activities AS a" where
        "a.reply_to_id = (SELECT id FROM activities WHERE uuid = $6) \
         AND (a.created_at, a.uuid) > ($3, $4) \
         ORDER BY a.created_at, a.uuid LIMIT $5"),
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
    page(page_query(HOME, view, before), pool.reader()).await
}

/// Selects a page of an account's cruds, newest first.
pub(crate) async fn of_user(
    pool: &Pool,
    view: View,
    user_id: i64,
    before: &Cursor,
) -> Result<Feed> {
    let query = page_query(OF_USER, view, before).bind(user_id);
    page(query, pool.reader()).await
}

/// Selects one activity without its replies.
pub(crate) async fn by_uuid(pool: &Pool, view: View, uuid: &str) -> Result<Option<Activity>> {
    let query = view_query(ONE, view).bind(uuid);
    let row = query.fetch_optional(pool.reader()).await?;
    Ok(row.map(|ActivityRow(activity)| activity))
}

/// Selects a page of the replies to an activity, oldest first, after the cursor.
pub(crate) async fn replies(pool: &Pool, view: View, uuid: &str, after: &Cursor) -> Result<Feed> {
    let query = page_query(REPLIES, view, after).bind(uuid);
    page(query, pool.reader()).await
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
    let replies = query.fetch_all(pool.reader()).await?;
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

/// Binds $1 and $2.
fn view_query(statement: Statement, view: View) -> Query {
    statement.query().bind(view.viewer_id).bind(view.now)
}

/// Binds $1 to $5. The limit is one more than a page, to find out whether there is a next page.
pub(super) fn page_query(statement: Statement, view: View, from: &Cursor) -> Query {
    view_query(statement, view)
        .bind(from.created_at)
        .bind(&from.uuid)
        .bind(PAGE_LENGTH as i64 + 1)
}

/// Runs a query for a page, and finds the cursor of the next one.
pub(super) async fn page(query: Query, connections: &Connections) -> Result<Feed> {
    let mut rows: Vec<ActivityRow> = query.fetch_all(connections).await?;
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

impl FromRow for ActivityRow {
    fn from_row(row: &Row) -> Result<Self> {
        let reply_to: Option<String> = row.get("reply_to_activity_uuid")?;
        let expires_at = Timestamp::from_millis(row.get("expires_at")?);
        Ok(Self(Activity {
            uuid: row.get("uuid")?,
            handle: row.get("handle")?,
            display_name: row.get("display_name")?,
            message: row.get("message")?,
            created_at: Some(Timestamp::from_millis(row.get("created_at")?)),
            expires_at: reply_to.is_none().then_some(expires_at),
            replies_count: row.get("replies_count")?,
            reposts_count: row.get("reposts_count")?,
            likes_count: row.get("likes_count")?,
            liked: row.get("liked")?,
            reposted: row.get("reposted")?,
            reply_to_activity_uuid: reply_to,
            replies: Vec::new(),
            notification: None,
        }))
    }
}
