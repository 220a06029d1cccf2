//! Copies the readable rows of a damaged file to a new one, row by row.
//!
//! Spans, traces and log records keep their numbers, so that sinks continue at their cursors. If the
//! cursors cannot be read, all sinks start at the first record: sending one twice is better than never.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension, params, params_from_iter, types::Value};

use super::{
    QueueId, damage,
    origins::Origins,
    queue,
    schema::Database,
    spans,
    trace_row::{Columns, RowKey},
};
use crate::clock;

const ORIGIN_NUMBERS: &str = "SELECT 1, max(id) FROM origin";
const ORIGIN: &str =
    "SELECT id, resource, resource_schema_url, scope, scope_schema_url, crc, last_seq
    FROM origin WHERE id = ?";
const INSERT_ORIGIN: &str = "INSERT OR IGNORE INTO origin
        (id, resource, resource_schema_url, scope, scope_schema_url, crc, last_seq)
    VALUES (?, ?, ?, ?, ?, ?, ?)";

const SPAN_NUMBERS: &str = "SELECT min(seq), max(seq) FROM span";
const SPAN: &str = "SELECT * FROM span WHERE seq = ?";
const INSERT_SPAN: &str = "INSERT OR IGNORE INTO span VALUES (?, ?, ?, ?, ?, ?, ?, ?)";

/// Earlier versions have no log records.
const HAS_LOGS: &str = "SELECT count(*) FROM sqlite_schema WHERE name = 'log'";
const LOG_NUMBERS: &str = "SELECT min(seq), max(seq) FROM log";
const LOG: &str = "SELECT * FROM log WHERE seq = ?";
const INSERT_LOG: &str = "INSERT OR IGNORE INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/// All records count as received now, from one client.
const RESET_LOGS: &str = "UPDATE log SET received = ?, client = 0";

const SET_LAST_USES: &str = "UPDATE origin SET last_log = used.last_log
    FROM (SELECT origin, max(seq) AS last_log FROM log GROUP BY origin) AS used
    WHERE used.origin = origin.id";

const LAST_LOG: &str = "SELECT last_log FROM numbering";

const LAST_SEQ: &str = "SELECT last_seq FROM numbering";

/// A number is never used again, even if the newest spans are lost.
const SET_LAST_SEQ: &str = "UPDATE numbering SET last_seq = max(?,
    (SELECT coalesce(max(seq), 0) FROM span),
    (SELECT coalesce(max(cursor), 0) FROM sink WHERE name NOT GLOB '* logs'))";
const SET_LAST_LOG: &str = "UPDATE numbering SET last_log = max(?,
    (SELECT coalesce(max(seq), 0) FROM log),
    (SELECT coalesce(max(cursor), 0) FROM sink WHERE name GLOB '* logs'))";

/// Copies all readable rows of `old` to `new`. Returns the number of copied spans.
pub(super) fn recover(new: &Database, old: &Path, queues: &[QueueId]) -> rusqlite::Result<u64> {
    // Two connections, because an error of corruption aborts the connection's transaction.
    let old = Connection::open_with_flags(old, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let mut new = new.open_writer()?;
    let new = new.transaction()?;
    let last_seq = old.query_row(LAST_SEQ, [], |row| row.get(0));
    let last_seq = skip_damaged(last_seq)?.unwrap_or_default();
    let origins = numbers(&old, ORIGIN_NUMBERS)?.unwrap_or((1, 0));
    copy((&old, ORIGIN), (&new, INSERT_ORIGIN), origins)?;
    let spans = record_numbers(&old, SPAN_NUMBERS, last_seq)?;
    let copied = copy((&old, SPAN), (&new, INSERT_SPAN), spans)?;
    let last_log = copy_logs(&old, &new)?;
    copy_cursors(&old, &new, queues)?;
    new.execute(SET_LAST_SEQ, [last_seq])?;
    new.execute(SET_LAST_LOG, [last_log])?;
    summarize(&new)?;
    new.commit()?;
    Ok(copied)
}

/// Returns `None` instead of an error if the row is damaged.
fn skip_damaged<T>(result: rusqlite::Result<T>) -> rusqlite::Result<Option<T>> {
    match result {
        Err(error) if damage::is_row_damage(&error) => Ok(None),
        result => result.map(Some),
    }
}

/// Returns the first and the last number, or `None` if there is none or it is damaged.
fn numbers(old: &Connection, sql: &str) -> rusqlite::Result<Option<(i64, i64)>> {
    skip_damaged(old.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))))
}

/// Copies the log records, and returns the number of the newest one.
fn copy_logs(old: &Connection, new: &Connection) -> rusqlite::Result<i64> {
    let has_logs = old.query_row(HAS_LOGS, [], |row| row.get(0));
    if !skip_damaged(has_logs)?.unwrap_or(false) {
        return Ok(0);
    }
    let last_log = old.query_row(LAST_LOG, [], |row| row.get(0));
    let last_log = skip_damaged(last_log)?.unwrap_or_default();
    let logs = record_numbers(old, LOG_NUMBERS, last_log)?;
    copy((old, LOG), (new, INSERT_LOG), logs)?;
    new.execute(RESET_LOGS, [clock::now()])?;
    new.execute(SET_LAST_USES, [])?;
    Ok(last_log)
}

/// Returns the first and the last number of a table, whose newest row had the number `newest`.
fn record_numbers(old: &Connection, sql: &str, newest: i64) -> rusqlite::Result<(i64, i64)> {
    let (first, last) = numbers(old, sql)?.unwrap_or((1, newest));
    // A damaged number may be arbitrarily large.
    Ok((first, if newest > 0 { last.min(newest) } else { last }))
}

/// Copies the row of each number, unless it is missing or damaged.
fn copy(
    (old, select): (&Connection, &str),
    (new, insert): (&Connection, &str),
    (first, last): (i64, i64),
) -> rusqlite::Result<u64> {
    let (mut select, mut insert) = (old.prepare(select)?, new.prepare(insert)?);
    let columns = select.column_count();
    let mut copied = 0;
    for number in first..=last {
        let row = select.query_row([number], |row| {
            let values = (0..columns).map(|column| row.get(column));
            values.collect::<rusqlite::Result<Vec<Value>>>()
        });
        if let Some(Some(values)) = skip_damaged(row.optional())? {
            copied += insert.execute(params_from_iter(values))? as u64;
        }
    }
    Ok(copied)
}

fn copy_cursors(old: &Connection, new: &Connection, queues: &[QueueId]) -> rusqlite::Result<()> {
    let cursors = skip_damaged(queue::cursors(old))?;
    let from_the_first = || queues.iter().map(|queue| (queue.name(), 0)).collect();
    for (sink, cursor) in cursors.unwrap_or_else(from_the_first) {
        let sql = "INSERT INTO sink (name, cursor) VALUES (?, ?)";
        new.execute(sql, params![sink, cursor])?;
    }
    Ok(())
}

/// Writes the traces' rows anew. All traces count as received now.
fn summarize(new: &Connection) -> rusqlite::Result<()> {
    let mut statement = new.prepare("SELECT DISTINCT trace FROM span")?;
    let numbers = statement.query_map([], |row| row.get::<_, i64>(0))?;
    let mut origins = Origins::default();
    for number in numbers.collect::<rusqlite::Result<Vec<_>>>()? {
        let values = spans::of_trace(new, number, &mut origins)?;
        let Some(id) = values.spans.first().map(|span| span.trace_id) else {
            continue;
        };
        let now = clock::now();
        let key = RowKey {
            number,
            client: 0,
            received: now,
            stored_start: None,
        };
        Columns::summarize(id, values, now, None).upsert(new, &key)?;
    }
    Ok(())
}
