//! Keeps the store within its bounds: whole traces go, those that were quiet for longest first,
//! and when the store is full, those of whoever fills it (see `clients`).
//!
//! In steps, between which the writer takes requests: to delete a store that expired while
//! the gateway was off takes many seconds.

use rusqlite::{Connection, params};

use super::clients::{Clients, Weight};

/// Traces of one step at most.
const AT_ONCE: i64 = 1000;

const QUIET_LONGEST: &str = "SELECT min(received) FROM trace WHERE client = ?";

const OLDEST: &str = "SELECT number, bytes FROM trace
    WHERE client = ? AND received < ? ORDER BY received LIMIT ?";

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
pub(super) fn expire(
    connection: &mut Connection,
    clients: &mut Clients,
    before: i64,
) -> rusqlite::Result<Removed> {
    for client in clients.all() {
        let removed = remove(connection, clients, (client, before))?;
        if removed != Removed::default() {
            return Ok(removed);
        }
    }
    Ok(Removed::default())
}

/// Deletes some of the oldest traces of whoever fills the store.
pub(super) fn evict(
    connection: &mut Connection,
    clients: &mut Clients,
) -> rusqlite::Result<Removed> {
    // A client whose traces went otherwise is passed over once.
    for _ in 0..clients.all().len() {
        let Some(client) = clients.fullest() else {
            break;
        };
        let removed = remove(connection, clients, (client, i64::MAX))?;
        if removed != Removed::default() {
            return Ok(removed);
        }
        clients.is_empty(client);
    }
    Ok(Removed::default())
}

fn remove(
    connection: &mut Connection,
    clients: &mut Clients,
    (client, before): (i64, i64),
) -> rusqlite::Result<Removed> {
    // Mostly there is nothing to do, and counting all traces would be work.
    let oldest = quiet_longest(connection, client)?;
    if oldest.is_none_or(|received| received >= before) {
        return Ok(Removed::default());
    }
    let transaction = connection.transaction()?;
    // Traces differ in size: small steps, or more would go than has to.
    let count = "SELECT count(*) FROM trace WHERE client = ?";
    let traces: i64 = transaction.query_row(count, [client], |row| row.get(0))?;
    let at_once = (traces / 64).clamp(1, AT_ONCE);
    let oldest: Vec<(i64, u64)> = transaction
        .prepare_cached(OLDEST)?
        .query_map(params![client, before, at_once], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let (mut removed, mut weight) = (Removed::default(), Weight::default());
    for (number, bytes) in &oldest {
        let mut spans = transaction.prepare_cached("DELETE FROM span WHERE trace = ?")?;
        removed.spans += spans.execute([number])? as u64;
        let mut trace = transaction.prepare_cached("DELETE FROM trace WHERE number = ?")?;
        removed.traces += trace.execute([number])? as u64;
        weight.bytes += bytes;
    }
    if removed.traces > 0 {
        transaction.execute(UNUSED_ORIGINS, [])?;
    }
    transaction.commit()?;
    weight.spans = removed.spans;
    weight.traces = removed.traces;
    clients.shrank(client, weight);
    Ok(removed)
}

fn quiet_longest(connection: &Connection, client: i64) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached(QUIET_LONGEST)?
        .query_row([client], |row| row.get(0))
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
