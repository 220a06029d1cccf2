//! What a sink did, for the status page and the log.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use trace_model::{SinkState, SinkStatus};

use crate::store::Kept;

/// Counts of one sink since start, in spans.
#[derive(Clone, Debug)]
pub(crate) struct SinkCounters(Arc<Mutex<Counts>>);

#[derive(Debug)]
struct Counts {
    status: SinkStatus,
    /// The number of the last span that is sent or dropped.
    cursor: i64,
}

impl SinkCounters {
    pub(crate) fn new(name: &str, state: SinkState) -> Self {
        let status = SinkStatus {
            name: name.to_owned(),
            state,
            ..SinkStatus::default()
        };
        Self(Arc::new(Mutex::new(Counts { status, cursor: 0 })))
    }

    pub(crate) fn status(&self, kept: Kept) -> SinkStatus {
        let counts = self.lock();
        let waiting = match counts.status.state {
            SinkState::Off => 0,
            SinkState::On | SinkState::Failing => kept.last_seq.saturating_sub(counts.cursor),
        };
        SinkStatus {
            // What the store forgot waits no more, though the sink finds out later.
            waiting: u64::try_from(waiting).unwrap_or_default().min(kept.spans),
            ..counts.status.clone()
        }
    }

    pub(super) fn at(&self, cursor: i64) {
        self.lock().cursor = cursor;
    }

    pub(super) fn delivered(&self, spans: u64, rejected: u64) {
        let mut counts = self.lock();
        counts.status.sent += spans.saturating_sub(rejected);
        if rejected > 0 {
            counts.drop_spans("rejected_by_receiver", rejected);
        }
        counts.turn(SinkState::On, "delivering again");
    }

    pub(super) fn retrying(&self, spans: u64, error: &str) {
        let mut counts = self.lock();
        counts.status.retried += spans;
        counts.status.last_error = Some(error.to_owned());
        counts.turn(SinkState::Failing, error);
    }

    pub(super) fn dropped(&self, spans: u64, reason: &str, error: &str) {
        let mut counts = self.lock();
        counts.drop_spans(reason, spans);
        counts.status.last_error = Some(error.to_owned());
        counts.turn(SinkState::Failing, error);
    }

    /// Spans that retention took away while they waited: no fault of the receiver's last answer.
    pub(super) fn expired(&self, spans: u64) {
        if spans > 0 {
            self.lock().drop_spans("expired", spans);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn drop_spans(&mut self, reason: &str, spans: u64) {
        *self.status.dropped.entry(reason.to_owned()).or_default() += spans;
    }

    /// Logs changes only: a receiver that is down for a day is two lines.
    fn turn(&mut self, state: SinkState, why: &str) {
        if self.status.state != state {
            self.status.state = state;
            eprintln!("{}: {why}", self.status.name);
        }
    }
}
