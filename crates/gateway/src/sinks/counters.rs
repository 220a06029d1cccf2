//! The counters and the state of a sink, for `/api/status`, the metrics and the log.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use trace_model::{SinkState, SinkStatus};
use tracing::{error, info, warn};

use super::Delivery;
use crate::{clock, store::StoreTotals};

/// Counts of one sink since start, in spans. Clones share the counts.
#[derive(Clone, Debug)]
pub(crate) struct SinkCounters(Arc<Mutex<Counts>>);

#[derive(Debug)]
struct Counts {
    status: SinkStatus,
    /// The number of the last span that was sent or dropped.
    cursor: i64,
}

impl SinkCounters {
    /// Creates the counters of a sink that is not configured.
    pub(crate) fn off(name: &str) -> Self {
        Self::new(name, SinkState::Off, None)
    }

    /// Creates the counters of a sink that sends to `target`, an address without credentials.
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

    pub(super) fn set_cursor(&self, cursor: i64) {
        self.lock().cursor = cursor;
    }

    /// Records that the receiver accepted a batch of `spans`.
    pub(super) fn delivered(&self, spans: u64, delivery: Delivery) {
        let Delivery { skipped, dropped } = delivery;
        let lost: u64 = dropped.iter().map(|(spans, ..)| spans).sum();
        let sent = spans.saturating_sub(skipped).saturating_sub(lost);
        let mut counts = self.lock();
        counts.status.skipped += skipped;
        counts.status.sent += sent;
        for (spans, reason, error) in &dropped {
            counts.add_dropped(reason, *spans);
            counts.set_error(error);
        }
        // A batch with nothing for the receiver does not show whether the receiver works.
        if sent > 0 {
            if counts.set_state(SinkState::On) {
                info!(sink = counts.status.name, "delivering again");
            }
        } else if let Some((spans, reason, error)) = dropped.last()
            && counts.set_state(SinkState::Failing)
        {
            let sink = &counts.status.name;
            error!(sink, reason, spans, error, "the receiver rejected spans");
        }
    }

    /// Records that a batch is to be sent again.
    pub(super) fn retrying(&self, spans: u64, error: &str) {
        let mut counts = self.lock();
        counts.status.retried += spans;
        counts.set_error(error);
        if counts.set_state(SinkState::Failing) {
            let sink = &counts.status.name;
            warn!(
                sink,
                spans, error, "cannot deliver; spans wait in the store"
            );
        }
    }

    /// Records that the receiver rejected a batch permanently.
    pub(super) fn rejected(&self, spans: u64, reason: &str, error: &str) {
        let mut counts = self.lock();
        counts.add_dropped(reason, spans);
        counts.set_error(error);
        if counts.set_state(SinkState::Failing) {
            let sink = &counts.status.name;
            error!(sink, reason, spans, error, "the receiver rejected spans");
        }
    }

    /// Records that retention removed spans before they were sent. The receiver's state stays.
    pub(super) fn expired(&self, spans: u64) {
        let mut counts = self.lock();
        counts.add_dropped("expired", spans);
        error!(
            sink = counts.status.name,
            spans, "spans expired before they were sent"
        );
    }

    /// Records spans that are damaged in the store and cannot be sent.
    pub(super) fn damaged(&self, spans: u64) {
        let mut counts = self.lock();
        counts.add_dropped("damaged", spans);
        counts.set_error(&format!("{spans} spans are damaged in the store"));
        error!(
            sink = counts.status.name,
            spans, "spans are damaged in the store"
        );
    }

    /// Records the account that the key belongs to.
    pub(super) fn account_resolved(&self, account: String) {
        let mut counts = self.lock();
        info!(sink = counts.status.name, account, "the key is valid");
        counts.status.account = Some(account);
    }

    /// Records that the receiver does not know the key.
    pub(super) fn key_rejected(&self, error: &str) {
        let mut counts = self.lock();
        counts.set_error(error);
        if counts.set_state(SinkState::Failing) {
            error!(
                sink = counts.status.name,
                error, "the receiver rejected the key"
            );
        }
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn add_dropped(&mut self, reason: &str, spans: u64) {
        *self.status.dropped.entry(reason.to_owned()).or_default() += spans;
    }

    fn set_error(&mut self, error: &str) {
        self.status.last_error = Some(error.to_owned());
        self.status.last_error_unix_ms = u64::try_from(clock::now() / 1_000_000).ok();
    }

    /// Returns whether the state changed. Only changes are logged, so an outage of a day is two
    /// lines.
    fn set_state(&mut self, state: SinkState) -> bool {
        let is_changed = self.status.state != state;
        self.status.state = state;
        is_changed
    }
}
