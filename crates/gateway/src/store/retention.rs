//! Keeps the store within its bounds: whole traces go, those that were quiet for longest first.

use rusqlite::{Connection, params};

use crate::config::Retention;

/// Traces of one transaction at most, so that the writer is back soon.
const AT_ONCE: i64 = 1000;

const OLDEST: &str = "SELECT id FROM trace WHERE received < ? ORDER BY received LIMIT ?";

const UNUSED_ORIGINS: &str = "DELETE FROM origin
    WHERE last_seq < coalesce((SELECT min(seq) FROM span), 9223372036854775807)";

/// How much went.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Removed {
    pub(super) spans: u64,
    pub(super) traces: u64,
}

/// Deletes what is too much, and with a time `now` also what is too old.
pub(super) fn apply(
    connection: &mut Connection,
    retention: &Retention,
    now: Option<i64>,
) -> rusqlite::Result<Removed> {
    let mut removed = Removed::default();
    if let Some(now) = now {
        let age = i64::try_from(retention.age.as_nanos()).unwrap_or(i64::MAX);
        while remove_oldest(connection, now.saturating_sub(age), &mut removed)? {}
    }
    if used_bytes(connection)? > retention.bytes {
        // A little more than needed, or the next request would be over the bound again.
        let enough = retention.bytes - retention.bytes / 64;
        while used_bytes(connection)? > enough && remove_oldest(connection, i64::MAX, &mut removed)?
        {
        }
    }
    if removed.traces > 0 {
        connection.execute(UNUSED_ORIGINS, [])?;
    }
    Ok(removed)
}

/// False when no trace is older than `before`.
fn remove_oldest(
    connection: &mut Connection,
    before: i64,
    removed: &mut Removed,
) -> rusqlite::Result<bool> {
    let transaction = connection.transaction()?;
    // Traces differ in size: small steps, or more would go than has to.
    let traces: i64 = transaction.query_row("SELECT count(*) FROM trace", [], |row| row.get(0))?;
    let at_once = (traces / 64).clamp(1, AT_ONCE);
    let ids: Vec<Vec<u8>> = transaction
        .prepare_cached(OLDEST)?
        .query_map(params![before, at_once], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for id in &ids {
        let mut spans = transaction.prepare_cached("DELETE FROM span WHERE trace_id = ?")?;
        removed.spans += spans.execute([id])? as u64;
        let mut trace = transaction.prepare_cached("DELETE FROM trace WHERE id = ?")?;
        removed.traces += trace.execute([id])? as u64;
    }
    transaction.commit()?;
    Ok(!ids.is_empty())
}

/// Pages that hold something. The file itself does not shrink; its free pages are used again.
fn used_bytes(connection: &Connection) -> rusqlite::Result<u64> {
    let pragma = |sql| {
        connection
            .prepare_cached(sql)?
            .query_row([], |row| row.get::<_, u64>(0))
    };
    let pages = pragma("PRAGMA page_count")?;
    let free = pragma("PRAGMA freelist_count")?;
    Ok(pages.saturating_sub(free) * pragma("PRAGMA page_size")?)
}
