//! The embedded store: encoded spans, one summary row per trace, and encoded log records.
//!
//! One SQLite file in WAL mode. A single thread writes (see [`writer`]). It commits all waiting
//! requests in one transaction, and acknowledges them after the commit. Readers have their own
//! connections and never wait for the writer.
//!
//! Every new span gets the next number, `seq`, without gaps. This order is also the queue of
//! every sink: a sink stores the last `seq` that it is done with as its cursor (see [`queue`]).
//! So forwarding needs no second copy of a span, and one commit makes it durable for all sinks.
//! Log records have an order of their own (see [`log_insert`] and [`logs`]).
//!
//! A damaged file is kept under another name, and its readable rows are copied to a new one
//! (see [`opening`]).

mod aging;
mod clear;
mod clients;
mod command;
mod cursor;
mod damage;
mod decoded_spans;
mod errors;
mod explain;
mod export;
mod facts;
mod files;
mod filter;
mod from_otlp;
mod health;
mod insert;
mod list;
mod listed_start;
mod lock;
mod log_check;
mod log_insert;
mod log_query;
mod logs;
mod maintenance;
mod not_ours;
mod opening;
mod origins;
mod overview;
mod probe;
mod queue;
mod recover;
mod retention;
mod revision;
mod sample;
mod schema;
mod search;
mod signature;
mod sink_batch;
mod spans;
mod summarizer;
mod trace_query;
mod trace_row;
mod trace_update;
mod writer;

use std::{
    net::IpAddr,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
    time::Instant,
};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};
use trace_model::{TraceId, TraceSummary};

pub use self::errors::OpenError;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use self::list::try_query;
use self::{
    aging::AgingClock,
    clear::Part,
    clients::Clients,
    command::{Command, Removal},
    health::Health,
    schema::Database,
    writer::Writer,
};
pub(crate) use self::{
    clear::{ClearFilter, Cleared},
    decoded_spans::{decode_spans, trace_spans},
    errors::{AppendError, ClearError, ReadError},
    export::ExportList,
    list::Page,
    log_query::{LogFilter, LogQuery},
    logs::LogPage,
    probe::probe,
    queue::{QueueId, SinkQueue},
    revision::Revision,
    sink_batch::SinkBatch,
    spans::StoredTrace,
    summarizer::Summarizer,
    trace_query::{TraceFilter, TraceQuery},
};
use crate::{
    clock,
    config::Retention,
    decode::{Records, Rejections, Signal},
    hub::Hub,
};

/// Requests that may wait for the writer. Another one is rejected as retryable.
const MAX_WAITING_REQUESTS: usize = 1024;

/// Traces or log records in one command that removes some by request.
const MAX_RECORDS_PER_REMOVAL: usize = 1024;

/// Totals of the store's content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct StoreTotals {
    pub(crate) spans: u64,
    pub(crate) traces: u64,
    pub(crate) logs: u64,
    /// The number of the newest span ever stored.
    pub(crate) last_seq: i64,
    /// The number of the newest log record ever stored.
    pub(crate) last_log: i64,
    /// Changes with each change of a trace since the store was opened.
    pub(crate) revision: u64,
}

impl StoreTotals {
    /// Returns the number of the newest record ever stored.
    pub(crate) const fn last(&self, signal: Signal) -> i64 {
        match signal {
            Signal::Traces => self.last_seq,
            Signal::Logs => self.last_log,
        }
    }

    /// Returns the number of records after a sink's cursor. Deleted records do not count, although
    /// the sink has yet to pass them.
    pub(crate) fn waiting_after(&self, signal: Signal, cursor: i64) -> u64 {
        let numbers = self.last(signal).saturating_sub(cursor);
        let stored = match signal {
            Signal::Traces => self.spans,
            Signal::Logs => self.logs,
        };
        u64::try_from(numbers).unwrap_or_default().min(stored)
    }
}

/// A cheap handle to the store.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    database: Arc<Database>,
    commands: mpsc::Sender<Command>,
    totals: watch::Receiver<StoreTotals>,
    health: Health,
    writer: Arc<Mutex<Option<JoinHandle<()>>>>,
    /// When the store was opened, in nanoseconds since 1970.
    opened: i64,
}

impl Store {
    /// Opens or creates the database. Deletes the cursors of all queues but `queues`.
    pub(crate) fn open(
        path: &Path,
        retention: Retention,
        queues: &[QueueId],
        hub: Hub,
    ) -> Result<Self, OpenError> {
        let failed = |error: std::io::Error| OpenError::new(path, error);
        not_ours::reject(path).map_err(failed)?;
        let lock = lock::acquire(path).map_err(failed)?;
        let database = Arc::new(Database::new(path));
        let (connection, totals) = opening::open(&database, queues)?;
        let aging = AgingClock::open(&connection);
        let aging = aging.map_err(|error| OpenError::new(path, error))?;
        let clients = Clients::open(&connection);
        let clients = clients.map_err(|error| OpenError::new(path, error))?;
        let (totals_sender, totals) = watch::channel(totals);
        let (commands, receiver) = mpsc::channel(MAX_WAITING_REQUESTS);
        let health = Health::default();
        let observers = (totals_sender, health.clone());
        let writer = Writer::new(connection, (retention, aging, clients), hub, observers);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || {
                writer.run(receiver);
                drop(lock);
            })
            .map_err(failed)?;
        Ok(Self {
            database,
            commands,
            totals,
            health,
            writer: Arc::new(Mutex::new(Some(thread))),
            opened: clock::now(),
        })
    }

    /// Stores spans or log records, and returns the rejected ones. The others survive a crash after
    /// this returns `Ok`. A span that is already stored is replaced by a later version only, and a log
    /// record that an earlier request has stored is not stored again.
    ///
    /// `received` is the system's time, in nanoseconds since 1970. `sender` is the client's
    /// address, by which a full store chooses the traces to evict; `None` for programs on this
    /// machine.
    ///
    /// # Errors
    /// If too many requests wait, or the transaction failed. No record of the batch is stored.
    pub(crate) async fn append(
        &self,
        records: Records,
        received: i64,
        sender: Option<IpAddr>,
    ) -> Result<Rejections, AppendError> {
        if records.is_empty() {
            return Ok(Rejections::default());
        }
        let (done, result) = oneshot::channel();
        let command = Command::Append {
            records,
            received,
            sender,
            done,
        };
        self.commands
            .try_send(command)
            .map_err(|_| AppendError::Busy)?;
        result.await.unwrap_or(Err(AppendError::Stopping))
    }

    /// Removes the matching traces and the log records without a trace, until the deadline. What
    /// arrives meanwhile stays.
    ///
    /// # Errors
    /// If the store cannot be read or written. Some traces may be removed already.
    pub(crate) async fn clear(
        &self,
        filter: ClearFilter,
        deadline: Instant,
    ) -> Result<Cleared, ClearError> {
        let StoreTotals {
            last_seq, last_log, ..
        } = self.totals();
        let of_traces = filter.clone();
        let traces = self
            .read(move |connection| clear::matching(connection, &of_traces))
            .await?;
        let mut cleared = Cleared::default();
        let traces_part = |numbers| Part::Traces { numbers, last_seq };
        let are_traces_removed = self
            .remove(&traces, traces_part, deadline, &mut cleared)
            .await?;
        // Without their traces, the others belong to none.
        if are_traces_removed {
            let logs = self
                .read(move |connection| clear::matching_logs(connection, &filter, last_log))
                .await?;
            cleared.is_complete = self
                .remove(&logs, Part::Logs, deadline, &mut cleared)
                .await?;
        }
        Ok(cleared)
    }

    /// Removes traces or log records step by step, and returns whether all were removed in time.
    async fn remove(
        &self,
        numbers: &[i64],
        part: impl Fn(Vec<i64>) -> Part,
        deadline: Instant,
        cleared: &mut Cleared,
    ) -> Result<bool, ClearError> {
        let mut rest = numbers;
        while !rest.is_empty() && Instant::now() < deadline {
            let (done, result) = oneshot::channel();
            let part = part(rest[..rest.len().min(MAX_RECORDS_PER_REMOVAL)].to_vec());
            let removal = Removal { part, done };
            let sent = self.commands.send(Command::Remove(removal)).await;
            sent.map_err(|_| ClearError::Stopping)?;
            let step = result.await.map_err(|_| ClearError::Stopping)??;
            cleared.add(step.removed);
            rest = &rest[step.visited..];
        }
        Ok(rest.is_empty())
    }

    /// Runs maintenance, such as deleting expired traces. Call this several times a second.
    /// `now` is the system's time, in nanoseconds since 1970.
    pub(crate) async fn tick(&self, now: i64) {
        // A stopped writer has nothing to maintain.
        let _ = self.commands.send(Command::Tick { now }).await;
    }

    /// Returns the task that updates stale summaries.
    pub(crate) fn summarizer(&self) -> Summarizer {
        Summarizer::new(self.clone())
    }

    pub(crate) fn totals(&self) -> StoreTotals {
        *self.totals.borrow()
    }

    /// Returns why spans cannot be stored at present.
    pub(crate) fn error(&self) -> Option<String> {
        self.health.error()
    }

    /// Lists the summaries that match, newest first. `now` is the system's time.
    pub(crate) async fn list(&self, filter: TraceFilter, now: i64) -> Result<Page, ReadError> {
        self.read(move |connection| list::list(connection, &filter, now))
            .await
    }

    /// Returns the traces of an export that match. `now` is the system's time.
    pub(crate) async fn export(
        &self,
        filter: TraceFilter,
        now: i64,
    ) -> Result<ExportList, ReadError> {
        self.read(move |connection| {
            // All statements read one state of the store.
            let transaction = connection.unchecked_transaction()?;
            export::select(&transaction, &filter, now)
        })
        .await
    }

    /// Returns a trace's spans, one `ResourceSpans` per origin, or only those added since a
    /// revision. `None` if the trace is unknown.
    pub(crate) async fn trace(
        &self,
        id: TraceId,
        since: Option<Revision>,
    ) -> Result<Option<StoredTrace>, ReadError> {
        self.read(move |connection| spans::otlp(connection, id, since))
            .await
    }

    /// Returns a trace's current revision. `None` if the trace is unknown.
    pub(crate) async fn revision(&self, id: TraceId) -> Result<Option<Revision>, ReadError> {
        self.read(move |connection| spans::revision(connection, id))
            .await
    }

    /// Returns a trace's list entry. `None` if the trace is unknown.
    pub(crate) async fn summary(&self, id: TraceId) -> Result<Option<TraceSummary>, ReadError> {
        self.read(move |connection| trace_row::summary(connection, id))
            .await
    }

    /// Lists the log records that match, newest first. `now` is the system's time.
    pub(crate) async fn logs(&self, filter: LogFilter, now: i64) -> Result<LogPage, ReadError> {
        self.read(move |connection| logs::list(connection, &filter, now))
            .await
    }

    /// Returns a queue that was named at [`Store::open`].
    pub(crate) async fn queue(&self, id: QueueId) -> Result<SinkQueue, OpenError> {
        let cursor = self
            .read(move |connection| queue::cursor(connection, id))
            .await;
        let cursor = cursor.map_err(|error| OpenError::new(self.database.path(), error))?;
        Ok(SinkQueue::new(self.clone(), id, cursor))
    }

    /// Lets the writer finish all waiting commands, and closes the database.
    pub(crate) async fn close(&self) {
        // The last connection to close checkpoints the log, which a reader cannot do.
        self.database.close_readers();
        let _ = self.commands.send(Command::Stop).await;
        let thread = self
            .writer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread {
            // A panic of the writer was reported already, so only the end matters here.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }

    async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, ReadError> {
        let database = Arc::clone(&self.database);
        Ok(tokio::task::spawn_blocking(move || database.read(query)).await??)
    }
}
