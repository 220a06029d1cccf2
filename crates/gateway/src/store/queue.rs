//! A sink's queue: all spans, or all log records, whose number is above the sink's cursor.
//!
//! A sink that forwards both has two queues, and its spans do not wait for its log records.
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
use crate::decode::Signal;

/// A queue of a sink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct QueueId {
    pub(crate) sink: &'static str,
    pub(crate) signal: Signal,
}

/// The end of the name of a queue of log records, in the table `sink`.
const LOGS_SUFFIX: &str = " logs";

impl QueueId {
    pub(super) fn name(self) -> String {
        match self.signal {
            Signal::Traces => self.sink.to_owned(),
            Signal::Logs => format!("{}{LOGS_SUFFIX}", self.sink),
        }
    }
}

/// Returns the signal of a stored name, and the name of the sink.
fn parts(name: &str) -> (Signal, &str) {
    match name.strip_suffix(LOGS_SUFFIX) {
        Some(sink) => (Signal::Logs, sink),
        None => (Signal::Traces, name),
    }
}

/// Deletes the cursors of all queues but `queues`. A new queue starts with the next record.
pub(super) fn prepare(
    connection: &Connection,
    queues: &[QueueId],
    totals: StoreTotals,
) -> rusqlite::Result<()> {
    for (name, cursor) in cursors(connection)? {
        if !queues.iter().any(|queue| queue.name() == name) {
            let (signal, _) = parts(&name);
            delete_cursor(connection, &name, totals.waiting_after(signal, cursor))?;
        }
    }
    for queue in queues {
        connection.execute(
            "INSERT OR IGNORE INTO sink (name, cursor) VALUES (?, ?)",
            params![queue.name(), totals.last(queue.signal)],
        )?;
    }
    Ok(())
}

fn delete_cursor(connection: &Connection, name: &str, waiting: u64) -> rusqlite::Result<()> {
    let (signal, sink) = parts(name);
    if waiting > 0 {
        let records = signal.records();
        warn!(
            sink,
            waiting, "the sink was turned off; its waiting {records} will not be sent"
        );
    }
    let sql = "DELETE FROM sink WHERE name = ?";
    connection.execute(sql, [name]).map(drop)
}

pub(super) fn cursors(connection: &Connection) -> rusqlite::Result<Vec<(String, i64)>> {
    let mut statement = connection.prepare("SELECT name, cursor FROM sink")?;
    let cursors = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    cursors.collect()
}

pub(super) fn cursor(connection: &Connection, id: QueueId) -> rusqlite::Result<i64> {
    let sql = "SELECT cursor FROM sink WHERE name = ?";
    connection.query_row(sql, [id.name()], |row| row.get(0))
}

pub(super) fn advance(connection: &Connection, id: QueueId, cursor: i64) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached("UPDATE sink SET cursor = ? WHERE name = ?")?;
    statement.execute(params![cursor, id.name()]).map(drop)
}

/// A sink's cursor in the order of spans, or of log records.
#[derive(Debug)]
pub(crate) struct SinkQueue {
    store: Store,
    id: QueueId,
    cursor: i64,
}

impl SinkQueue {
    pub(super) const fn new(store: Store, id: QueueId, cursor: i64) -> Self {
        Self { store, id, cursor }
    }

    pub(crate) const fn cursor(&self) -> i64 {
        self.cursor
    }

    /// Waits until a record is after the cursor. Never returns once the writer has stopped.
    pub(crate) async fn wait_for_records(&self) {
        let signal = self.id.signal;
        let (cursor, mut totals) = (self.cursor, self.store.totals.clone());
        let has_stopped = totals
            .wait_for(|totals| totals.last(signal) > cursor)
            .await
            .is_err();
        if has_stopped {
            std::future::pending().await
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.store.totals().last(self.id.signal) <= self.cursor
    }

    /// Reads up to `max_records` and `max_bytes`. The batch has at least one record if any is left.
    pub(crate) async fn next_batch(
        &self,
        max_records: usize,
        max_bytes: usize,
    ) -> Result<SinkBatch, ReadError> {
        let signal = self.id.signal;
        let (cursor, last) = (self.cursor, self.store.totals().last(signal));
        let limits = BatchLimits {
            max_records,
            max_bytes,
        };
        self.store
            .read(move |connection| sink_batch::read(connection, signal, (cursor, last), limits))
            .await
    }

    /// Advances the cursor past `batch`, whose records were sent, or dropped and counted. After
    /// this returns they are not sent again, unless the disk refused to save the cursor.
    pub(crate) async fn acknowledge(&mut self, batch: &SinkBatch) {
        self.cursor = batch.up_to;
        let (done, saved) = oneshot::channel();
        let advance = Command::Advance {
            queue: self.id,
            cursor: self.cursor,
            done,
        };
        // When the writer has stopped, the records are sent again after the next start.
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
        let id = QueueId {
            sink: "otlp",
            signal: Signal::Logs,
        };
        let store = Store::open(&path, Retention::default(), &[id], Hub::new()).unwrap();
        let queue = store.queue(id).await.unwrap();
        store.close().await;
        assert_eq!(queue.wait_for_records().now_or_never(), None);
    }
}
