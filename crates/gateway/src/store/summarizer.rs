//! Updates stale summaries outside of the writer: those of large traces, and of traces that grew
//! under load.
//!
//! A summary is made from all spans of its trace. Made with each request, it would cost N² reads
//! in the writer's thread for a trace that grows to N spans one by one. So the writer only counts
//! such spans, and the trace's summary is stale. The summarizer reads the spans on a reader's
//! connection, and sends the finished row to the writer. A trace that is expensive to summarize
//! is summarized less often, so that summaries take a bounded share of a processor.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{
    ReadError, Store,
    command::Command,
    facts,
    origins::Origins,
    trace_row::{self, Refresh},
};

/// Rows in one command to the writer.
const MAX_ROWS: usize = 64;

/// Rows of the backfill in one command. There is one every quarter of a second, so that the backfill
/// leaves most of a processor to others.
const MAX_BACKFILL_ROWS: usize = 512;

/// How long rows are collected for one command.
const MAX_READ_TIME: Duration = Duration::from_millis(50);

/// After a summary that took a time T, the same trace pauses for this many times T.
const PAUSE_FACTOR: u32 = 9;

/// Shorter pauses are not tracked.
const MIN_PAUSE: Duration = Duration::from_millis(250);

/// Updates the rows of stale traces.
#[derive(Debug)]
pub(crate) struct Summarizer {
    store: Store,
    /// Expensive traces by number, and when they may be summarized again.
    paused: HashMap<i64, Instant>,
}

/// The result of one read.
#[derive(Debug)]
struct Summarized {
    rows: Vec<Refresh>,
    /// Traces that have to pause, with the time that each summary took.
    expensive: Vec<(i64, Duration)>,
    /// The number of the last trace that was read, if others may follow.
    more_after: Option<i64>,
}

impl Summarizer {
    pub(super) fn new(store: Store) -> Self {
        Self {
            store,
            paused: HashMap::new(),
        }
    }

    /// Summarizes each stale trace once, except for paused ones.
    ///
    /// # Errors
    /// If the store cannot be read. The summaries stay stale until the next call.
    pub(crate) async fn run_once(&mut self) -> Result<(), ReadError> {
        let now = Instant::now();
        self.paused.retain(|_, until| *until > now);
        let mut after = Some(0);
        while let Some(number) = after {
            let paused: Vec<i64> = self.paused.keys().copied().collect();
            let summarized = self
                .store
                .read(move |connection| read(connection, number, &paused));
            let summarized = summarized.await?;
            let now = Instant::now();
            for (number, took) in summarized.expensive {
                self.paused.insert(number, now + took * PAUSE_FACTOR);
            }
            after = summarized.more_after;
            self.write(summarized.rows, None).await;
        }
        self.backfill().await
    }

    /// Summarizes some traces of an earlier version, newest first, until all have their facts.
    async fn backfill(&self) -> Result<(), ReadError> {
        let (rows, next) = self.store.read(read_backfill).await?;
        self.write(rows, next).await;
        Ok(())
    }

    /// Sends rows to the writer, and waits for them to be written.
    async fn write(&self, rows: Vec<Refresh>, backfill: Option<i64>) {
        if rows.is_empty() && backfill.is_none() {
            return;
        }
        let (done, written) = oneshot::channel();
        let command = Command::Refresh {
            rows,
            backfill,
            done,
        };
        // If the writer has stopped, the summaries stay stale until the next start.
        if self.store.commands.send(command).await.is_ok() {
            let _ = written.await;
        }
    }
}

/// Returns rows of the backfill, and the next trace. `None` if the backfill is complete.
fn read_backfill(connection: &Connection) -> rusqlite::Result<(Vec<Refresh>, Option<i64>)> {
    let (began, mut origins) = (Instant::now(), Origins::default());
    let transaction = connection.unchecked_transaction()?;
    let first = facts::backfill(&transaction)?;
    let (mut rows, mut next) = (Vec::new(), first);
    while rows.len() < MAX_BACKFILL_ROWS && began.elapsed() < MAX_READ_TIME {
        let Some(trace) = trace_row::at_or_before(&transaction, next)? else {
            next = 0;
            break;
        };
        next = trace.number - 1;
        rows.push(Refresh::read(&transaction, trace, &mut origins)?);
    }
    Ok((rows, (next != first).then_some(next)))
}

fn read(connection: &Connection, mut number: i64, paused: &[i64]) -> rusqlite::Result<Summarized> {
    let (began, mut origins) = (Instant::now(), Origins::default());
    let mut summarized = Summarized {
        rows: Vec::new(),
        expensive: Vec::new(),
        more_after: None,
    };
    // A row and its spans must be of one state of the store.
    let transaction = connection.unchecked_transaction()?;
    while let Some(stale) = trace_row::next_stale(&transaction, number)? {
        number = stale.number;
        if !paused.contains(&number) {
            let started = Instant::now();
            summarized
                .rows
                .push(Refresh::read(&transaction, stale, &mut origins)?);
            let took = started.elapsed();
            if took * PAUSE_FACTOR > MIN_PAUSE {
                summarized.expensive.push((number, took));
            }
        }
        if summarized.rows.len() == MAX_ROWS || began.elapsed() >= MAX_READ_TIME {
            summarized.more_after = Some(number);
            break;
        }
    }
    Ok(summarized)
}
