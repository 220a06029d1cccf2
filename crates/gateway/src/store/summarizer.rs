//! Summarizes traces that grew under load and large ones, outside of the writer.
//!
//! A summary is made from all spans of its trace. Made with each request, it would cost a trace
//! of N spans that grows span by span N² reads, in the one thread that writes. So the writer
//! only counts such spans, and the trace's row is *stale*. This reads its spans on a reader's
//! connection, and hands the writer the finished row. A trace that is expensive to summarize is
//! summarized less often, so that summaries take a bounded share of a processor.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{
    ReadError, Store,
    command::Command,
    origins::Origins,
    rows::{self, Refresh},
};

/// Rows that are handed to the writer at once, at most.
const MAX_ROWS: usize = 64;

/// How long rows are collected before they are handed over.
const MAX_COLLECTING: Duration = Duration::from_millis(50);

/// After a summary that took a time T, the same trace rests for this many times T.
const REST_FACTOR: u32 = 9;

/// Shorter rests are not worth remembering.
const MIN_REST: Duration = Duration::from_millis(250);

/// Keeps the rows of stale traces up to date.
#[derive(Debug)]
pub(crate) struct Summarizer {
    store: Store,
    /// Traces by number that were expensive, and when they may be summarized again.
    resting: HashMap<i64, Instant>,
}

/// What one read found.
#[derive(Debug)]
struct Found {
    rows: Vec<Refresh>,
    /// Traces that have to rest, with the time that each summary took.
    expensive: Vec<(i64, Duration)>,
    /// The number of the last trace looked at, unless that was the last stale one.
    more_after: Option<i64>,
}

impl Summarizer {
    pub(super) fn new(store: Store) -> Self {
        Self {
            store,
            resting: HashMap::new(),
        }
    }

    /// Summarizes each stale trace that is not resting, once.
    ///
    /// # Errors
    /// When the store cannot be read. The rows stay stale and are read again by the next call.
    pub(crate) async fn run_once(&mut self) -> Result<(), ReadError> {
        let now = Instant::now();
        self.resting.retain(|_, until| *until > now);
        let mut after = Some(0);
        while let Some(number) = after {
            let resting: Vec<i64> = self.resting.keys().copied().collect();
            let found = self
                .store
                .read(move |connection| read(connection, number, &resting));
            let found = found.await?;
            let now = Instant::now();
            for (number, took) in found.expensive {
                self.resting.insert(number, now + took * REST_FACTOR);
            }
            after = found.more_after;
            self.hand_over(found.rows).await;
        }
        Ok(())
    }

    /// Waits until the writer has them, so that there is never more than one group of rows.
    async fn hand_over(&self, rows: Vec<Refresh>) {
        if rows.is_empty() {
            return;
        }
        let (done, written) = oneshot::channel();
        let command = Command::Refresh { rows, done };
        // A stopped writer leaves the rows stale for the next start.
        if self.store.commands.send(command).await.is_ok() {
            let _ = written.await;
        }
    }
}

fn read(connection: &Connection, mut number: i64, resting: &[i64]) -> rusqlite::Result<Found> {
    let (began, mut origins) = (Instant::now(), Origins::default());
    let mut found = Found {
        rows: Vec::new(),
        expensive: Vec::new(),
        more_after: None,
    };
    // One state of the store: a row and its spans belong together.
    let transaction = connection.unchecked_transaction()?;
    while let Some(stale) = rows::next_stale(&transaction, number)? {
        number = stale.number;
        if !resting.contains(&number) {
            let started = Instant::now();
            found
                .rows
                .push(Refresh::read(&transaction, stale, &mut origins)?);
            let took = started.elapsed();
            if took * REST_FACTOR > MIN_REST {
                found.expensive.push((number, took));
            }
        }
        if found.rows.len() == MAX_ROWS || began.elapsed() >= MAX_COLLECTING {
            found.more_after = Some(number);
            break;
        }
    }
    Ok(found)
}
