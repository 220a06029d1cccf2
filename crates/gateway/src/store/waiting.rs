//! Reads the next batch of a sink, around what is damaged.
//!
//! A span whose checksum is wrong is left out. A page that SQLite cannot make sense of fails
//! the whole query; then the same numbers are asked for one by one, and those that fail are
//! left out.

use std::collections::HashSet;

use bytes::Bytes;
use rusqlite::{Connection, Row, params};

use super::{Pending, damage, origins, spans};

const WAITING: &str = "SELECT origin, body, trace, span_id, crc, seq, stays FROM span
    WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?";

const ONE: &str = "SELECT origin, body, trace, span_id, crc, seq, stays FROM span WHERE seq = ?";

/// Encoding adds a few bytes to each span: its tag and its length.
const ENVELOPE_BYTES: usize = 8;

/// Numbers that are asked for one by one before a batch goes out.
const SALVAGED: i64 = 1_000;

/// The spans behind `cursor`, at least one if any is left.
pub(super) fn read(
    connection: &Connection,
    cursor: i64,
    last: i64,
    limits: (usize, usize),
) -> rusqlite::Result<Pending> {
    let mut batch = Batch::new(limits);
    match in_one_go(connection, cursor, last, &mut batch) {
        Ok(()) => {}
        Err(error) if damage::is_of_row(&error) => {
            batch = Batch::new(limits);
            one_by_one(connection, cursor, last, &mut batch)?;
        }
        Err(error) => return Err(error),
    }
    batch.finish(connection, cursor, last)
}

fn in_one_go(
    connection: &Connection,
    cursor: i64,
    last: i64,
    batch: &mut Batch,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(WAITING)?;
    let mut rows = statement.query(params![cursor, last, batch.max_spans])?;
    while let Some(row) = rows.next()? {
        if !batch.add(connection, row)? {
            break;
        }
    }
    Ok(())
}

fn one_by_one(
    connection: &Connection,
    cursor: i64,
    last: i64,
    batch: &mut Batch,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(ONE)?;
    for seq in cursor + 1..=last.min(cursor + SALVAGED) {
        let added = statement.query_row([seq], |row| batch.add(connection, row));
        match added {
            Ok(false) => return Ok(()),
            Ok(true) | Err(rusqlite::Error::QueryReturnedNoRows) => {}
            Err(error) if damage::is_of_row(&error) => batch.damaged.push(seq),
            Err(error) => return Err(error),
        }
        batch.up_to = Some(seq);
    }
    Ok(())
}

/// What was read so far.
struct Batch {
    max_spans: usize,
    max_bytes: usize,
    spans: Vec<(i64, Bytes)>,
    /// Sent once, however many of the spans have them.
    origins: HashSet<i64>,
    bytes: usize,
    /// Imported, and not for a sink.
    staying: u64,
    damaged: Vec<i64>,
    up_to: Option<i64>,
}

impl Batch {
    fn new((max_spans, max_bytes): (usize, usize)) -> Self {
        Self {
            max_spans,
            max_bytes,
            spans: Vec::new(),
            origins: HashSet::new(),
            bytes: 0,
            staying: 0,
            damaged: Vec::new(),
            up_to: None,
        }
    }

    /// False when the batch is full without this span.
    fn add(&mut self, connection: &Connection, row: &Row<'_>) -> rusqlite::Result<bool> {
        let (seq, stays) = (row.get(5)?, row.get(6)?);
        match spans::span_row(row)? {
            Some(_) if stays => self.staying += 1,
            Some((origin, body)) => {
                let shared = self.bytes_shared(connection, origin)?;
                let bytes = self.bytes + shared + body.len() + ENVELOPE_BYTES;
                let full = bytes > self.max_bytes || self.spans.len() == self.max_spans;
                if full && !self.spans.is_empty() {
                    return Ok(false);
                }
                self.bytes = bytes;
                self.origins.insert(origin);
                self.spans.push((origin, body));
            }
            None => self.damaged.push(seq),
        }
        self.up_to = Some(seq);
        Ok(true)
    }

    /// What a span adds to the batch besides itself.
    fn bytes_shared(&self, connection: &Connection, origin: i64) -> rusqlite::Result<usize> {
        if self.origins.contains(&origin) {
            return Ok(0);
        }
        origins::encoded_bytes(connection, origin)
    }

    fn finish(self, connection: &Connection, cursor: i64, last: i64) -> rusqlite::Result<Pending> {
        let up_to = self.up_to.unwrap_or(last);
        let spans = self.spans.len();
        let moved = count_moved(connection, cursor, up_to)?;
        let found = (spans + self.damaged.len()) as u64 + self.staying + moved;
        Ok(Pending {
            request: spans::grouped(connection, self.spans)?,
            spans,
            expired: up_to.abs_diff(cursor).saturating_sub(found),
            damaged: self.damaged,
            up_to,
        })
    }
}

/// Numbers in the gap whose spans have others now.
fn count_moved(connection: &Connection, cursor: i64, up_to: i64) -> rusqlite::Result<u64> {
    let sql = "SELECT count(*) FROM moved WHERE seq > ? AND seq <= ?";
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_row([cursor, up_to], |row| row.get(0))
}
