//! What a sink did, for the status page, the metrics and the log.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use trace_model::{SinkState, SinkStatus};

use super::events::Event;
use crate::{clock, store::StoreTotals};

/// Counts of one sink since start, in spans.
#[derive(Clone, Debug)]
pub(crate) struct SinkCounters(Arc<Mutex<Counts>>);

#[derive(Debug)]
pub(super) struct Counts {
    pub(super) status: SinkStatus,
    /// The number of the last span that is sent or dropped.
    cursor: i64,
}

impl SinkCounters {
    /// A sink that is not configured.
    pub(crate) fn off(name: &str) -> Self {
        Self::new(name, SinkState::Off, None)
    }

    /// A sink that sends to `target`, which holds no credentials.
    pub(crate) fn on(name: &str, target: String) -> Self {
        Self::new(name, SinkState::On, Some(target))
    }

    fn new(name: &str, state: SinkState, target: Option<String>) -> Self {
        let status = SinkStatus {
            name: name.to_owned(),
            state,
            target,
            ..SinkStatus::default()
        };
        Self(Arc::new(Mutex::new(Counts { status, cursor: 0 })))
    }

    pub(crate) fn status(&self, totals: StoreTotals) -> SinkStatus {
        let counts = self.lock();
        let waiting = match counts.status.state {
            SinkState::Off => 0,
            SinkState::On | SinkState::Failing => totals.waiting_after(counts.cursor),
        };
        SinkStatus {
            waiting,
            ..counts.status.clone()
        }
    }

    pub(super) fn at(&self, cursor: i64) {
        self.lock().cursor = cursor;
    }

    pub(super) fn record(&self, event: impl Event) {
        event.record(&mut self.lock());
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    pub(super) fn drop_spans(&mut self, reason: &str, spans: u64) {
        *self.status.dropped.entry(reason.to_owned()).or_default() += spans;
    }

    pub(super) fn fail(&mut self, error: &str) {
        self.status.last_error = Some(error.to_owned());
        self.status.last_error_unix_ms = u64::try_from(clock::now() / 1_000_000).ok();
    }

    /// Logs changes only: a receiver that is down for a day is two lines.
    pub(super) fn turn(&mut self, state: SinkState, why: &str) {
        if self.status.state != state {
            self.status.state = state;
            self.say(why);
        }
    }

    pub(super) fn say(&self, text: &str) {
        eprintln!("{}: {text}", self.status.name);
    }
}
