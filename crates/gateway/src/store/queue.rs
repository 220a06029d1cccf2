//! What waits for a sink: all spans whose number is above the sink's cursor.
//!
//! The store's retention bounds the queue. A span that is deleted before a sink took it
//! leaves a gap in the numbers, and gaps are counted: such a span is dropped as expired.

use bytes::Bytes;
use rusqlite::{Connection, params};

use super::{ReadError, Store, spans, writer::Command};
use crate::wire;

const WAITING: &str =
    "SELECT seq, origin, body FROM span WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?";

/// Encoding adds a few bytes to each span: its tag and its length.
const ENVELOPE_BYTES: usize = 8;

/// Keeps the cursors of `sinks` and forgets all others. A new sink starts with the next span.
pub(super) fn prepare(connection: &Connection, sinks: &[&str]) -> rusqlite::Result<()> {
    let last_seq = super::schema::kept(connection)?.last_seq;
    let known = serde_json::to_string(sinks).unwrap_or_default();
    connection.execute(
        "DELETE FROM sink WHERE name NOT IN (SELECT value FROM json_each(?))",
        [known],
    )?;
    for sink in sinks {
        connection.execute(
            "INSERT OR IGNORE INTO sink (name, cursor) VALUES (?, ?)",
            params![sink, last_seq],
        )?;
    }
    Ok(())
}

pub(super) fn cursor(connection: &Connection, sink: &str) -> rusqlite::Result<i64> {
    connection.query_row("SELECT cursor FROM sink WHERE name = ?", [sink], |row| {
        row.get(0)
    })
}

pub(super) fn advance(connection: &Connection, sink: &str, cursor: i64) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached("UPDATE sink SET cursor = ? WHERE name = ?")?;
    statement.execute(params![cursor, sink]).map(drop)
}

/// The next spans for a sink, as one OTLP request.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) request: wire::Request,
    pub(crate) spans: usize,
    /// Spans that were deleted before this sink got to them.
    pub(crate) expired: u64,
    /// Numbers of spans that are in the store and cannot be read.
    pub(crate) damaged: Vec<i64>,
    up_to: i64,
}

/// A sink's place in the order of spans.
#[derive(Debug)]
pub(crate) struct SinkQueue {
    store: Store,
    sink: &'static str,
    cursor: i64,
}

impl SinkQueue {
    pub(super) const fn new(store: Store, sink: &'static str, cursor: i64) -> Self {
        Self {
            store,
            sink,
            cursor,
        }
    }

    pub(crate) const fn cursor(&self) -> i64 {
        self.cursor
    }

    /// Waits until a span is behind the cursor.
    pub(crate) async fn filled(&self) {
        let (cursor, mut kept) = (self.cursor, self.store.kept.clone());
        // The writer is gone only when the gateway stops.
        let _ = kept.wait_for(|kept| kept.last_seq > cursor).await;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.store.kept().last_seq <= self.cursor
    }

    /// Reads up to `max_spans` and `max_bytes`, at least one span if any is left.
    pub(crate) async fn next(
        &self,
        max_spans: usize,
        max_bytes: usize,
    ) -> Result<Pending, ReadError> {
        let (cursor, last) = (self.cursor, self.store.kept().last_seq);
        let limits = (max_spans, max_bytes);
        let read = move |connection: &Connection| read(connection, cursor, last, limits);
        self.store.read(read).await
    }

    /// Moves on behind `pending`: its spans were sent, or dropped and counted.
    pub(crate) async fn done(&mut self, pending: &Pending) {
        self.cursor = pending.up_to;
        let (sink, cursor) = (self.sink, self.cursor);
        // When the writer has stopped, the spans are sent again after the next start.
        let _ = self
            .store
            .commands
            .send(Command::Advance { sink, cursor })
            .await;
    }
}

fn read(
    connection: &Connection,
    cursor: i64,
    last: i64,
    (max_spans, max_bytes): (usize, usize),
) -> rusqlite::Result<Pending> {
    let mut statement = connection.prepare_cached(WAITING)?;
    let mut rows = statement.query(params![cursor, last, max_spans])?;
    let (mut taken, mut bytes, mut up_to): (Vec<(i64, Bytes)>, _, _) = (Vec::new(), 0, None);
    while let Some(row) = rows.next()? {
        let body = Bytes::from(row.get::<_, Vec<u8>>(2)?);
        bytes += body.len() + ENVELOPE_BYTES;
        if bytes > max_bytes && !taken.is_empty() {
            break;
        }
        up_to = Some(row.get(0)?);
        taken.push((row.get(1)?, body));
    }
    let up_to = up_to.unwrap_or(last);
    let spans = taken.len();
    Ok(Pending {
        request: spans::grouped(connection, taken)?,
        spans,
        expired: up_to.abs_diff(cursor).saturating_sub(spans as u64),
        damaged: Vec::new(),
        up_to,
    })
}
