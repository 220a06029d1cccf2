//! A sink's queue: all spans whose number is above the sink's cursor.
//!
//! The store's retention bounds the queue. A span that is deleted before a sink sent it
//! leaves a gap in the numbers. Gaps are counted as spans dropped for the reason `expired`.
//!
//! All sinks share one durable order instead of having a queue file each. A span is written
//! and synced once, and a sink that is down takes no space of its own. The commit that
//! acknowledges a span also queues it, so both survive a crash together. A cursor advances
//! after the receiver's response and is saved before the next batch is read. After `kill -9`,
//! at most one batch is sent again.

use rusqlite::{Connection, params};
use tokio::sync::oneshot;
use tracing::warn;

use super::{
    ReadError, Store, StoreTotals,
    command::Command,
    sink_batch::{self, BatchLimits, SinkBatch},
};

/// Deletes the cursors of all sinks but `sinks`. A new sink starts with the next span.
pub(super) fn prepare(
    connection: &Connection,
    sinks: &[&str],
    totals: StoreTotals,
) -> rusqlite::Result<()> {
    for (sink, cursor) in cursors(connection)? {
        if !sinks.contains(&&*sink) {
            delete_cursor(connection, &sink, totals.waiting_after(cursor))?;
        }
    }
    for sink in sinks {
        connection.execute(
            "INSERT OR IGNORE INTO sink (name, cursor) VALUES (?, ?)",
            params![sink, totals.last_seq],
        )?;
    }
    Ok(())
}

fn delete_cursor(connection: &Connection, sink: &str, waiting: u64) -> rusqlite::Result<()> {
    if waiting > 0 {
        warn!(
            sink,
            waiting, "the sink was turned off; its waiting spans will not be sent"
        );
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

/// A sink's cursor in the order of spans.
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

    /// Waits until a span is after the cursor. Never returns once the writer has stopped.
    pub(crate) async fn wait_for_spans(&self) {
        let (cursor, mut totals) = (self.cursor, self.store.totals.clone());
        let has_stopped = totals
            .wait_for(|totals| totals.last_seq > cursor)
            .await
            .is_err();
        if has_stopped {
            std::future::pending().await
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.store.totals().last_seq <= self.cursor
    }

    /// Reads up to `max_spans` and `max_bytes`. The batch has at least one span if any is left.
    pub(crate) async fn next_batch(
        &self,
        max_spans: usize,
        max_bytes: usize,
    ) -> Result<SinkBatch, ReadError> {
        let (cursor, last) = (self.cursor, self.store.totals().last_seq);
        let limits = BatchLimits {
            max_spans,
            max_bytes,
        };
        self.store
            .read(move |connection| sink_batch::read(connection, cursor, last, limits))
            .await
    }

    /// Advances the cursor past `batch`, whose spans were sent, or dropped and counted. After
    /// this returns they are not sent again, unless the disk refused to save the cursor.
    pub(crate) async fn acknowledge(&mut self, batch: &SinkBatch) {
        self.cursor = batch.up_to;
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

    /// A queue that reported spans all the time would keep a processor busy.
    #[tokio::test]
    async fn queue_of_a_stopped_writer_waits_forever() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("traces.db");
        let store = Store::open(&path, Retention::default(), &["otlp"], Hub::new()).unwrap();
        let queue = store.queue("otlp").await.unwrap();
        store.close().await;
        assert_eq!(queue.wait_for_spans().now_or_never(), None);
    }
}
