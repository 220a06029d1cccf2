//! Keeps the store within its bounds: whole traces go, those that were quiet for longest first.
//!
//! In steps, between which the writer takes requests: to delete a store that expired while
//! the gateway was off takes many seconds.

use rusqlite::{Connection, params};

/// Traces of one step at most.
const AT_ONCE: i64 = 1000;

const QUIET_LONGEST: &str = "SELECT min(received) FROM trace";

const OLDEST: &str = "SELECT number FROM trace WHERE received < ? ORDER BY received LIMIT ?";

const UNUSED_ORIGINS: &str = "DELETE FROM origin
    WHERE last_seq < coalesce((SELECT min(seq) FROM span), 9223372036854775807)";

/// No sink asks for numbers that all sinks are done with.
const SETTLED_MOVES: &str = "DELETE FROM moved
    WHERE seq <= coalesce((SELECT min(cursor) FROM sink), 9223372036854775807)";

/// How much went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Removed {
    pub(super) spans: u64,
    pub(super) traces: u64,
}

/// Deletes some of the traces that were quiet since before `before`, oldest first.
pub(super) fn remove(connection: &mut Connection, before: i64) -> rusqlite::Result<Removed> {
    // Mostly there is nothing to do, and counting all traces would be work.
    if quiet_longest(connection)?.is_none_or(|received| received >= before) {
        return Ok(Removed::default());
    }
    let transaction = connection.transaction()?;
    // Traces differ in size: small steps, or more would go than has to.
    let traces: i64 = transaction.query_row("SELECT count(*) FROM trace", [], |row| row.get(0))?;
    let at_once = (traces / 64).clamp(1, AT_ONCE);
    let numbers: Vec<i64> = transaction
        .prepare_cached(OLDEST)?
        .query_map(params![before, at_once], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut removed = Removed::default();
    for number in &numbers {
        let mut spans = transaction.prepare_cached("DELETE FROM span WHERE trace = ?")?;
        removed.spans += spans.execute([number])? as u64;
        let mut trace = transaction.prepare_cached("DELETE FROM trace WHERE number = ?")?;
        removed.traces += trace.execute([number])? as u64;
    }
    if removed.traces > 0 {
        transaction.execute(UNUSED_ORIGINS, [])?;
    }
    transaction.commit()?;
    Ok(removed)
}

fn quiet_longest(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached(QUIET_LONGEST)?
        .query_row([], |row| row.get(0))
}

pub(super) fn forget_moves(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute(SETTLED_MOVES, []).map(drop)
}

/// Bytes of pages that hold something. The file itself does not shrink; its free pages are used again.
pub(super) fn used_bytes(connection: &Connection) -> rusqlite::Result<u64> {
    let pragma = |sql| {
        connection
            .prepare_cached(sql)?
            .query_row([], |row| row.get::<_, u64>(0))
    };
    let pages = pragma("PRAGMA page_count")?;
    let free = pragma("PRAGMA freelist_count")?;
    Ok(pages.saturating_sub(free) * pragma("PRAGMA page_size")?)
}
