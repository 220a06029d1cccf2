//! What waits for a sink: all spans whose number is above the sink's cursor.
//!
//! The store's retention bounds the queue. A span that is deleted before a sink took it
//! leaves a gap in the numbers, and gaps are counted: such a span is dropped as expired.
//!
//! One durable order for all sinks instead of a queue file for each: a span is written and
//! synced once, a sink that is down costs no space of its own, and what survives `kill -9`
//! is decided by the one commit that also decides what was acknowledged. A cursor moves
//! after the receiver has answered, and is saved before the next batch is read: after
//! `kill -9` one batch at most is sent again.

use rusqlite::{Connection, params};
use tokio::sync::oneshot;

use super::{Kept, ReadError, Store, command::Command, waiting};
use crate::wire;

/// Keeps the cursors of `sinks` and forgets all others. A new sink starts with the next span.
pub(super) fn prepare(connection: &Connection, sinks: &[&str], kept: Kept) -> rusqlite::Result<()> {
    for (sink, cursor) in cursors(connection)? {
        if !sinks.contains(&&*sink) {
            forget(connection, &sink, kept.behind(cursor))?;
        }
    }
    for sink in sinks {
        connection.execute(
            "INSERT OR IGNORE INTO sink (name, cursor) VALUES (?, ?)",
            params![sink, kept.last_seq],
        )?;
    }
    Ok(())
}

fn forget(connection: &Connection, sink: &str, waiting: u64) -> rusqlite::Result<()> {
    if waiting > 0 {
        eprintln!("{sink}: off, {waiting} waiting spans will not be sent");
    }
    let sql = "DELETE FROM sink WHERE name = ?";
    connection.execute(sql, [sink]).map(drop)
}

pub(super) fn cursors(connection: &Connection) -> rusqlite::Result<Vec<(String, i64)>> {
    let mut statement = connection.prepare("SELECT name, cursor FROM sink")?;
    let cursors = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    cursors.collect()
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
    pub(super) up_to: i64,
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

    /// Waits until a span is behind the cursor: for ever when the writer has stopped.
    pub(crate) async fn filled(&self) {
        let (cursor, mut kept) = (self.cursor, self.store.kept.clone());
        let has_stopped = kept.wait_for(|kept| kept.last_seq > cursor).await.is_err();
        if has_stopped {
            std::future::pending().await
        }
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
        let read = move |connection: &Connection| waiting::read(connection, cursor, last, limits);
        self.store.read(read).await
    }

    /// Moves on behind `pending`: its spans were sent, or dropped and counted. When this
    /// returns, a crash does not bring them back, unless the disk refused to note it.
    pub(crate) async fn done(&mut self, pending: &Pending) {
        self.cursor = pending.up_to;
        let (done, saved) = oneshot::channel();
        let advance = Command::Advance {
            sink: self.sink,
            cursor: self.cursor,
            done,
        };
        // When the writer has stopped, the spans are sent again after the next start.
        if self.store.commands.send(advance).await.is_ok() {
            let _ = saved.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::{config::Retention, hub::Hub};

    /// A sink that is told at once, time and again, would keep a processor busy.
    #[tokio::test]
    async fn a_queue_whose_writer_has_stopped_is_never_filled() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("traces.db");
        let store = Store::open(&path, Retention::default(), &["otlp"], Hub::new()).unwrap();
        let queue = store.queue("otlp").await.unwrap();
        store.close().await;
        assert_eq!(queue.filled().now_or_never(), None);
    }
}
