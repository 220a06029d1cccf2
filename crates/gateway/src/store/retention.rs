//! Deletes whole traces and log records to keep the store within its limits. Expired ones go first.
//! A full store deletes the oldest ones of its largest client (see [`clients`](super::clients)). The
//! log records of a trace are deleted with it, if they have not expired before.
//!
//! Deleting a store that expired while the gateway was off takes many seconds. So it is done in
//! steps, between which the writer takes requests.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Params, params, types::Value};

use super::{
    clients::{Clients, Usage},
    facts,
};

/// Traces that one step deletes.
const MAX_TRACES_PER_STEP: i64 = 1000;

/// Log records that are counted to choose how many a step deletes: at most a 64th of them.
const MAX_COUNTED_LOGS: i64 = 64 << 10;

const COUNT_LOGS: &str = "SELECT count(*) FROM
    (SELECT 1 FROM log INDEXED BY log_by_client WHERE client = ? LIMIT ?)";

const OLDEST_ARRIVAL: &str = "SELECT min(received) FROM trace WHERE client = ?";

const OLDEST: &str = "SELECT number, bytes FROM trace
    WHERE client = ? AND received < ? ORDER BY received LIMIT ?";

const OLDEST_LOG: &str = "SELECT received FROM log WHERE seq =
    (SELECT min(seq) FROM log INDEXED BY log_by_client WHERE client = ?)";

const DELETE_OLDEST_LOGS: &str = "DELETE FROM log WHERE received < ?2 AND seq IN (
        SELECT seq FROM log INDEXED BY log_by_client WHERE client = ?1 ORDER BY seq LIMIT ?3
    ) RETURNING client, bytes";

const DELETE_LOGS_OF_TRACE: &str =
    "DELETE FROM log INDEXED BY log_by_trace WHERE trace_id = ? RETURNING client, bytes";

const DELETE_UNUSED_ORIGINS: &str = "DELETE FROM origin
    WHERE last_seq < coalesce((SELECT min(seq) FROM span), 9223372036854775807)
    AND last_log < coalesce((SELECT min(seq) FROM log), 9223372036854775807)";

/// Sinks do not ask for the numbers before their cursors.
const DELETE_PASSED_NUMBERS: &str = "DELETE FROM renumbered
    WHERE seq <= coalesce(
        (SELECT min(cursor) FROM sink WHERE name NOT GLOB '* logs'), 9223372036854775807)";

/// What a step deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Removed {
    pub(super) spans: u64,
    pub(super) traces: u64,
    pub(super) logs: u64,
}

impl Removed {
    pub(super) const fn add(&mut self, more: Self) {
        self.spans += more.spans;
        self.traces += more.traces;
        self.logs += more.logs;
    }
}

/// Deletes some of the traces whose latest span arrived before `before`, and some of the log records
/// that arrived before, oldest first.
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

/// Deletes some of the largest client's oldest traces or log records.
pub(super) fn evict(
    connection: &mut Connection,
    clients: &mut Clients,
) -> rusqlite::Result<Removed> {
    // A client whose records are already gone is skipped.
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
    // These cheap queries rule out most calls before the traces are counted.
    let trace = oldest_arrival(connection, client)?.filter(|received| *received < before);
    let log = oldest_log(connection, client)?.filter(|received| *received < before);
    match (trace, log) {
        (None, None) => Ok(Removed::default()),
        (Some(trace), Some(log)) if trace < log => {
            remove_traces(connection, clients, (client, before))
        }
        (_, Some(_)) => remove_logs(connection, clients, (client, before)),
        (Some(_), None) => remove_traces(connection, clients, (client, before)),
    }
}

fn remove_logs(
    connection: &mut Connection,
    clients: &mut Clients,
    (client, before): (i64, i64),
) -> rusqlite::Result<Removed> {
    let transaction = connection.transaction()?;
    let mut removed = Removed::default();
    let mut usage = UsageByClient::default();
    let counted = params![client, MAX_COUNTED_LOGS];
    let mut count = transaction.prepare_cached(COUNT_LOGS)?;
    let logs: i64 = count.query_row(counted, |row| row.get(0))?;
    drop(count);
    let values = params![client, before, (logs / 64).max(1)];
    removed.logs = delete_logs(&transaction, DELETE_OLDEST_LOGS, values, &mut usage)?;
    transaction.execute(DELETE_UNUSED_ORIGINS, [])?;
    transaction.commit()?;
    subtract(clients, usage);
    Ok(removed)
}

/// The usage of deleted records. Those of one trace may have several clients.
pub(super) type UsageByClient = HashMap<i64, Usage>;

/// Runs a statement that deletes log records, and returns their number.
pub(super) fn delete_logs(
    connection: &Connection,
    sql: &str,
    values: impl Params,
    usage: &mut UsageByClient,
) -> rusqlite::Result<u64> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(values)?;
    let mut deleted = 0;
    while let Some(row) = rows.next()? {
        let usage = usage.entry(row.get(0)?).or_default();
        usage.bytes += row.get::<_, u64>(1)?;
        usage.logs += 1;
        deleted += 1;
    }
    Ok(deleted)
}

pub(super) fn subtract(clients: &mut Clients, usage: UsageByClient) {
    for (client, usage) in usage {
        clients.subtract_usage(client, usage);
    }
}

fn remove_traces(
    connection: &mut Connection,
    clients: &mut Clients,
    (client, before): (i64, i64),
) -> rusqlite::Result<Removed> {
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
    let (mut removed, mut usage) = (Removed::default(), UsageByClient::default());
    for (number, bytes) in &oldest {
        let one = remove_trace(&transaction, *number, &mut usage)?;
        let usage = usage.entry(client).or_default();
        removed.add(one);
        usage.bytes += bytes;
        usage.spans += one.spans;
        usage.traces += one.traces;
    }
    if removed.traces > 0 {
        delete_unused_origins(&transaction)?;
    }
    transaction.commit()?;
    subtract(clients, usage);
    Ok(removed)
}

/// Deletes a trace with its spans, its log records, and what overviews read of it.
pub(super) fn remove_trace(
    connection: &Connection,
    number: i64,
    usage: &mut UsageByClient,
) -> rusqlite::Result<Removed> {
    let mut spans = connection.prepare_cached("DELETE FROM span WHERE trace = ?")?;
    let spans = spans.execute([number])? as u64;
    let trace: Option<(Value, i64)> = connection
        .prepare_cached("SELECT id, start FROM trace WHERE number = ?")?
        .query_row([number], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((id, start)) = trace else {
        return Ok(Removed {
            spans,
            ..Removed::default()
        });
    };
    connection
        .prepare_cached("DELETE FROM trace WHERE number = ?")?
        .execute([number])?;
    facts::delete(connection, start, number)?;
    Ok(Removed {
        spans,
        traces: 1,
        logs: delete_logs(connection, DELETE_LOGS_OF_TRACE, [id], usage)?,
    })
}

/// Deletes the origins that no stored span has.
pub(super) fn delete_unused_origins(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute(DELETE_UNUSED_ORIGINS, []).map(drop)
}

fn oldest_log(connection: &Connection, client: i64) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached(OLDEST_LOG)?
        .query_row([client], |row| row.get(0))
        .optional()
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
