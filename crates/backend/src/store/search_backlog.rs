//! Adds activities of older versions to the search index, in steps that do not delay other writers.

use super::{Connection, Pool, Result, Statement, WriteTransaction, authoring, search_text};

/// The maximum number of activities that one step adds.
const MAX_ROWS_PER_STEP: u32 = 50;

/// In PostgreSQL, back ends take turns.
const BACKLOG: Statement = Statement::new(
    "SELECT",
    "search_backlog",
    "SELECT below_id FROM search_backlog",
)
.on_postgres("SELECT below_id FROM search_backlog FOR UPDATE");

/// The newest ones, which searches show first.
const SELECT: Statement = Statement::new(
    "SELECT",
    "activities",
    "SELECT id, message FROM activities WHERE id < $1 ORDER BY id DESC LIMIT $2",
);

/// The activity may have been deleted meanwhile.
const INSERT: Statement = Statement::new(
    "INSERT",
    "activity_search",
    "INSERT INTO activity_search (activity_id, words) \
     SELECT id, $2 FROM activities WHERE id = $1 ON CONFLICT DO NOTHING",
)
.on_postgres(
    "INSERT INTO activity_search (activity_id, words) \
     SELECT id, $2 FROM activities WHERE id = $1 FOR KEY SHARE ON CONFLICT DO NOTHING",
);

const DELETE_HASHTAGS: Statement = Statement::new(
    "DELETE",
    "activity_hashtags",
    "DELETE FROM activity_hashtags WHERE activity_id = $1",
);

const UPDATE: Statement = Statement::new(
    "UPDATE",
    "search_backlog",
    "UPDATE search_backlog SET below_id = $1",
);

const DELETE: Statement = Statement::new("DELETE", "search_backlog", "DELETE FROM search_backlog");

/// Adds some activities to the index. Returns `None` if none are missing, otherwise how many were
/// added.
pub(crate) async fn step(pool: &Pool) -> Result<Option<u64>> {
    let mut transaction = WriteTransaction::begin(pool).await?;
    let connection = transaction.connection();
    let below: Option<i64> = BACKLOG.query().fetch_optional(&mut *connection).await?;
    let added = match below {
        Some(below) => Some(add_below(connection, below).await?),
        None => None,
    };
    transaction.commit().await?;
    Ok(added)
}

async fn add_below(connection: &mut Connection, below: i64) -> Result<u64> {
    let query = SELECT.query().bind(below).bind(MAX_ROWS_PER_STEP);
    let activities: Vec<(i64, String)> = query.fetch_all(&mut *connection).await?;
    let mut added = 0;
    for (id, message) in &activities {
        added += add(connection, *id, message).await?;
    }
    let rest = match activities.last() {
        Some((oldest, _)) => UPDATE.query().bind(*oldest),
        None => DELETE.query(),
    };
    rest.execute(connection).await?;
    Ok(added)
}

async fn add(connection: &mut Connection, id: i64, message: &str) -> Result<u64> {
    let words = search_text::message(message);
    let added = INSERT
        .query()
        .bind(id)
        .bind(words)
        .execute(&mut *connection)
        .await?;
    if added > 0 {
        DELETE_HASHTAGS
            .query()
            .bind(id)
            .execute(&mut *connection)
            .await?;
        authoring::insert_hashtags(connection, id, message).await?;
    }
    Ok(added)
}
