//! The embedded store: spans as they came, and one summary row per trace.
//!
//! One SQLite file in WAL mode. A single thread writes (see [`writer`]): it commits all
//! requests that wait in one transaction, and only then are they acknowledged. Readers have
//! their own connections and never wait for the writer.
//!
//! Every new span gets the next number, `seq`, without gaps. That order is also the queue
//! of every sink: a sink remembers the last `seq` it is done with, and what lies behind it
//! waits (see [`queue`]). So forwarding needs no second copy of a span: what makes a span
//! durable once, one commit and one checksum, holds for all sinks.
//!
//! A file that a disk has damaged is kept under another name, and what can be read of it
//! is read back into a new one (see [`opening`]).

mod aging;
mod chores;
mod clients;
mod command;
mod convert;
mod damage;
mod errors;
mod files;
mod filter;
mod foreign;
mod health;
mod insert;
mod list;
mod listing;
mod lock;
mod log_check;
mod opening;
mod origins;
mod probe;
mod queue;
mod retention;
mod revision;
mod rows;
mod salvage;
mod schema;
mod search;
mod signature;
mod spans;
mod summarizer;
mod touched;
mod values;
mod waiting;
mod writer;

use std::{
    net::IpAddr,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};
use trace_model::{TraceId, TraceSummary};

pub use self::errors::OpenError;
#[cfg(any(test, fuzzing))]
pub(crate) use self::list::try_query;
use self::{
    aging::AgingClock, clients::Clients, command::Command, health::Health, schema::Location,
    writer::Writer,
};
pub(crate) use self::{
    errors::{AppendError, ReadError},
    list::{Page, TraceFilter, TraceQuery},
    probe::probe,
    queue::{Pending, SinkQueue},
    revision::Revision,
    spans::StoredTrace,
    summarizer::Summarizer,
    values::values,
};
use crate::{
    config::Retention,
    decode::{Batch, Rejections},
    hub::Hub,
};

/// Requests that may wait for the writer. One more is told to retry.
const WAITING_REQUESTS: usize = 1024;

/// What the store holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) spans: u64,
    pub(crate) traces: u64,
    /// The number of the newest span ever stored.
    pub(crate) last_seq: i64,
}

impl Kept {
    /// Spans behind a sink's cursor. What the store forgot waits no more, though the sink
    /// finds out later.
    pub(crate) fn behind(&self, cursor: i64) -> u64 {
        let numbers = self.last_seq.saturating_sub(cursor);
        u64::try_from(numbers).unwrap_or_default().min(self.spans)
    }
}

/// A cheap handle to the store.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    location: Arc<Location>,
    commands: mpsc::Sender<Command>,
    kept: watch::Receiver<Kept>,
    health: Health,
    writer: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Store {
    /// Opens or creates the database. `sinks` are the queues to keep; others are forgotten.
    pub(crate) fn open(
        path: &Path,
        retention: Retention,
        sinks: &[&str],
        hub: Hub,
    ) -> Result<Self, OpenError> {
        let refused = |error: std::io::Error| OpenError::new(path, &error);
        foreign::refuse(path).map_err(refused)?;
        let lock = lock::acquire(path).map_err(refused)?;
        let location = Arc::new(Location::new(path));
        let (connection, kept) = opening::open(&location, sinks)?;
        let aging = AgingClock::open(&connection);
        let aging = aging.map_err(|error| OpenError::new(path, &error))?;
        let clients = Clients::open(&connection);
        let clients = clients.map_err(|error| OpenError::new(path, &error))?;
        let (kept_sender, kept) = watch::channel(kept);
        let (commands, receiver) = mpsc::channel(WAITING_REQUESTS);
        let health = Health::default();
        let told = (kept_sender, health.clone());
        let writer = Writer::new(connection, (retention, aging, clients), hub, told);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || {
                writer.run(receiver);
                drop(lock);
            })
            .map_err(refused)?;
        Ok(Self {
            location,
            commands,
            kept,
            health,
            writer: Arc::new(Mutex::new(Some(thread))),
        })
    }

    /// Stores spans; when this returns `Ok` they survive a crash, but for those that it says.
    /// Spans already there are left as they are, unless a later version of one comes. `received` is the time now, in nanoseconds
    /// since 1970; `sender` is whose traces give way first when they fill the store, none for
    /// programs on this machine.
    pub(crate) async fn append(
        &self,
        batch: Batch,
        received: i64,
        sender: Option<IpAddr>,
    ) -> Result<Rejections, AppendError> {
        if batch.iter().all(|(_, spans)| spans.is_empty()) {
            return Ok(Rejections::default());
        }
        let (done, outcome) = oneshot::channel();
        let command = Command::Append {
            batch,
            received,
            sender,
            done,
        };
        self.commands
            .try_send(command)
            .map_err(|_| AppendError::Busy)?;
        outcome
            .await
            .unwrap_or_else(|_| Err(AppendError::Failed("the gateway is stopping".into())))
    }

    /// To be called several times a second: deletes what is too old. `now` is the system's time.
    pub(crate) async fn keep_up(&self, now: i64) {
        // A stopped writer has nothing to keep up.
        let _ = self.commands.send(Command::Upkeep { now }).await;
    }

    /// Returns what keeps the summaries of traces up to date that are not summarized at once.
    pub(crate) fn summarizer(&self) -> Summarizer {
        Summarizer::new(self.clone())
    }

    pub(crate) fn kept(&self) -> Kept {
        *self.kept.borrow()
    }

    /// Why spans cannot be stored at present.
    pub(crate) fn error(&self) -> Option<String> {
        self.health.error()
    }

    /// The summaries that match, newest first, at time `now`.
    pub(crate) async fn list(&self, filter: TraceFilter, now: i64) -> Result<Page, ReadError> {
        self.read(move |connection| list::list(connection, &filter, now))
            .await
    }

    /// A trace's spans, one `ResourceSpans` per origin, or those that it got since; none when
    /// the trace is unknown.
    pub(crate) async fn trace(
        &self,
        id: TraceId,
        since: Option<Revision>,
    ) -> Result<Option<StoredTrace>, ReadError> {
        self.read(move |connection| spans::otlp(connection, id, since))
            .await
    }

    /// How far a trace has come; none when it is unknown.
    pub(crate) async fn revision(&self, id: TraceId) -> Result<Option<Revision>, ReadError> {
        self.read(move |connection| spans::revision(connection, id))
            .await
    }

    /// What the list shows of a trace; none when the trace is unknown.
    pub(crate) async fn summary(&self, id: TraceId) -> Result<Option<TraceSummary>, ReadError> {
        self.read(move |connection| rows::summary(connection, id))
            .await
    }

    /// The queue of a sink named at [`Store::open`].
    pub(crate) async fn queue(&self, sink: &'static str) -> Result<SinkQueue, OpenError> {
        let cursor = self
            .read(move |connection| queue::cursor(connection, sink))
            .await;
        let cursor = cursor.map_err(|error| OpenError::new(self.location.path(), &error))?;
        Ok(SinkQueue::new(self.clone(), sink, cursor))
    }

    /// Lets the writer finish what waits, and closes the database.
    pub(crate) async fn close(&self) {
        // The last connection that closes empties the log, and a reader cannot.
        self.location.close_readers();
        let _ = self.commands.send(Command::Stop).await;
        let thread = self
            .writer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread {
            // The writer has no panics of its own to pass on; joining is all that is wanted.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }

    async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, ReadError> {
        let location = Arc::clone(&self.location);
        let read = tokio::task::spawn_blocking(move || location.read(query)).await;
        Ok(read.map_err(|error| ReadError(error.to_string()))??)
    }
}
