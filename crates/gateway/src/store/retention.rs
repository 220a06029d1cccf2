//! Deletes whole traces to keep the store within its limits. Expired traces go first. A full
//! store deletes the oldest traces of its largest client (see [`clients`](super::clients)).
//!
//! Deleting a store that expired while the gateway was off takes many seconds. So it is done in
//! steps, between which the writer takes requests.

use rusqlite::{Connection, params};

use super::clients::{Clients, Usage};

/// Traces that one step deletes.
const MAX_TRACES_PER_STEP: i64 = 1000;

const OLDEST_ARRIVAL: &str = "SELECT min(received) FROM trace WHERE client = ?";

const OLDEST: &str = "SELECT number, bytes FROM trace
    WHERE client = ? AND received < ? ORDER BY received LIMIT ?";

const DELETE_UNUSED_ORIGINS: &str = "DELETE FROM origin
    WHERE last_seq < coalesce((SELECT min(seq) FROM span), 9223372036854775807)";

/// Sinks do not ask for the numbers before their cursors.
const DELETE_PASSED_NUMBERS: &str = "DELETE FROM renumbered
    WHERE seq <= coalesce((SELECT min(cursor) FROM sink), 9223372036854775807)";

/// What a step deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Removed {
    pub(super) spans: u64,
    pub(super) traces: u64,
}

/// Deletes some of the traces whose latest span arrived before `before`, oldest first.
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

/// Deletes some of the largest client's oldest traces.
pub(super) fn evict(
    connection: &mut Connection,
    clients: &mut Clients,
) -> rusqlite::Result<Removed> {
    // A client whose traces are already gone is skipped.
    for _ in 0..clients.all().len() {
        let Some(client) = clients.largest() else {
            break;
        };
        let removed = remove(connection, clients, (client, i64::MAX))?;
        if removed != Removed::default() {
            return Ok(removed);
        }
        clients.reset_usage(client);
    }
    Ok(Removed::default())
}

fn remove(
    connection: &mut Connection,
    clients: &mut Clients,
    (client, before): (i64, i64),
) -> rusqlite::Result<Removed> {
    // This cheap query rules out most calls before the traces are counted.
    let oldest = oldest_arrival(connection, client)?;
    if oldest.is_none_or(|received| received >= before) {
        return Ok(Removed::default());
    }
    let transaction = connection.transaction()?;
    // Small steps, because traces differ in size and no more should go than necessary.
    let count = "SELECT count(*) FROM trace WHERE client = ?";
    let traces: i64 = transaction.query_row(count, [client], |row| row.get(0))?;
    let limit = (traces / 64).clamp(1, MAX_TRACES_PER_STEP);
    let oldest: Vec<(i64, u64)> = transaction
        .prepare_cached(OLDEST)?
        .query_map(params![client, before, limit], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let (mut removed, mut usage) = (Removed::default(), Usage::default());
    for (number, bytes) in &oldest {
        let mut spans = transaction.prepare_cached("DELETE FROM span WHERE trace = ?")?;
        removed.spans += spans.execute([number])? as u64;
        let mut trace = transaction.prepare_cached("DELETE FROM trace WHERE number = ?")?;
        removed.traces += trace.execute([number])? as u64;
        usage.bytes += bytes;
    }
    if removed.traces > 0 {
        transaction.execute(DELETE_UNUSED_ORIGINS, [])?;
    }
    transaction.commit()?;
    usage.spans = removed.spans;
    usage.traces = removed.traces;
    clients.subtract_usage(client, usage);
    Ok(removed)
}

fn oldest_arrival(connection: &Connection, client: i64) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached(OLDEST_ARRIVAL)?
        .query_row([client], |row| row.get(0))
}

/// Deletes the former numbers of revised spans that all sinks have passed.
pub(super) fn delete_passed_numbers(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute(DELETE_PASSED_NUMBERS, []).map(drop)
}

/// Returns the size of the pages in use, in bytes. The file does not shrink, but SQLite reuses
/// its free pages.
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
