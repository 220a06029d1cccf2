//! Reads back what a damaged file still tells, row by row, around what it does not.
//!
//! Spans keep their numbers, so that a sink goes on where it was, and so do traces. Where that cannot be read,
//! all sinks begin with the first span: twice is better than never.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension, params, params_from_iter, types::Value};

use super::{damage, listing::Known, origins::Origins, queue, rows, schema::Location, spans};
use crate::clock;

const ORIGINS: &str = "SELECT 1, max(id) FROM origin";
const ORIGIN: &str = "SELECT * FROM origin WHERE id = ?";
const ADD_ORIGIN: &str = "INSERT OR IGNORE INTO origin VALUES (?, ?, ?, ?, ?, ?, ?)";

const SPANS: &str = "SELECT min(seq), max(seq) FROM span";
const SPAN: &str = "SELECT * FROM span WHERE seq = ?";
const ADD_SPAN: &str = "INSERT OR IGNORE INTO span VALUES (?, ?, ?, ?, ?, ?, ?, ?)";

const LAST_SEQ: &str = "SELECT last_seq FROM numbering";

/// Numbers are never given twice, also after the newest spans are lost.
const NUMBER: &str = "UPDATE numbering SET last_seq = max(?,
    (SELECT coalesce(max(seq), 0) FROM span), (SELECT coalesce(max(cursor), 0) FROM sink))";

/// How many spans the new file got from the old one.
pub(super) fn spans(new: &Location, old: &Path, sinks: &[&str]) -> rusqlite::Result<u64> {
    // Two connections: damage that one comes across spoils its open transaction.
    let old = Connection::open_with_flags(old, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let mut new = new.open_writer()?;
    let new = new.transaction()?;
    let last_seq = old.query_row(LAST_SEQ, [], |row| row.get(0));
    let last_seq = around_damage(last_seq)?.unwrap_or_default();
    let origins = numbers(&old, ORIGINS)?.unwrap_or((1, 0));
    copy((&old, ORIGIN), (&new, ADD_ORIGIN), origins)?;
    let (first, last) = numbers(&old, SPANS)?.unwrap_or((1, last_seq));
    // A number that a disk made up may be any.
    let spans = (
        first,
        if last_seq > 0 {
            last.min(last_seq)
        } else {
            last
        },
    );
    let copied = copy((&old, SPAN), (&new, ADD_SPAN), spans)?;
    copy_cursors(&old, &new, sinks)?;
    new.execute(NUMBER, [last_seq])?;
    sum_up(&new)?;
    new.commit()?;
    Ok(copied)
}

/// None when what was asked for is damaged.
fn around_damage<T>(outcome: rusqlite::Result<T>) -> rusqlite::Result<Option<T>> {
    match outcome {
        Err(error) if damage::is_of_row(&error) => Ok(None),
        outcome => outcome.map(Some),
    }
}

/// From the first to the last; none when there is none, or damage.
fn numbers(old: &Connection, sql: &str) -> rusqlite::Result<Option<(i64, i64)>> {
    around_damage(old.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))))
}

/// One row for each number, as far as it is there and can be read.
fn copy(
    (old, read): (&Connection, &str),
    (new, add): (&Connection, &str),
    (first, last): (i64, i64),
) -> rusqlite::Result<u64> {
    let (mut read, mut add) = (old.prepare(read)?, new.prepare(add)?);
    let columns = read.column_count();
    let mut copied = 0;
    for number in first..=last {
        let row = read.query_row([number], |row| {
            let values = (0..columns).map(|column| row.get(column));
            values.collect::<rusqlite::Result<Vec<Value>>>()
        });
        if let Some(Some(values)) = around_damage(row.optional())? {
            copied += add.execute(params_from_iter(values))? as u64;
        }
    }
    Ok(copied)
}

fn copy_cursors(old: &Connection, new: &Connection, sinks: &[&str]) -> rusqlite::Result<()> {
    let known = around_damage(queue::cursors(old))?;
    let from_the_first = || sinks.iter().map(|sink| ((*sink).to_owned(), 0)).collect();
    for (sink, cursor) in known.unwrap_or_else(from_the_first) {
        let sql = "INSERT INTO sink (name, cursor) VALUES (?, ?)";
        new.execute(sql, params![sink, cursor])?;
    }
    Ok(())
}

/// The traces' rows, made anew: all count as received now.
fn sum_up(new: &Connection) -> rusqlite::Result<()> {
    let mut statement = new.prepare("SELECT DISTINCT trace FROM span")?;
    let numbers = statement.query_map([], |row| row.get::<_, i64>(0))?;
    let mut origins = Origins::default();
    for number in numbers.collect::<rusqlite::Result<Vec<_>>>()? {
        let values = spans::values(new, number, &mut origins)?;
        let Some(id) = values.spans.first().map(|span| span.trace_id) else {
            continue;
        };
        let now = clock::now();
        let row = rows::Row {
            number,
            client: 0,
            received: now,
            now,
            known: Known::New,
        };
        rows::write(new, id, values, row)?;
    }
    Ok(())
}
