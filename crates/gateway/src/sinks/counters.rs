//! The counters and the state of a sink's queue, for `/api/status`, the metrics and the log.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use trace_model::{SinkState, SinkStatus};
use tracing::{error, info, warn};

use super::Delivery;
use crate::{
    clock,
    decode::Signal,
    store::{QueueId, StoreTotals},
};

/// Counts of one queue since start, in records. Clones share the counts.
#[derive(Clone, Debug)]
pub(crate) struct SinkCounters(Arc<Mutex<Counts>>);

#[derive(Debug)]
struct Counts {
    signal: Signal,
    status: SinkStatus,
    /// The number of the last record that was sent or dropped.
    cursor: i64,
}

impl SinkCounters {
    /// Creates the counters of a sink that is not configured.
    pub(crate) fn off(id: QueueId) -> Self {
        Self::new(id, SinkState::Off, None)
    }

    /// Creates the counters of a sink that sends to `target`, an address without credentials.
    pub(crate) fn on(id: QueueId, target: String) -> Self {
        Self::new(id, SinkState::On, Some(target))
    }

    fn new(id: QueueId, state: SinkState, target: Option<String>) -> Self {
        let status = SinkStatus {
            name: id.sink.to_owned(),
            state,
            target,
            ..SinkStatus::default()
        };
        Self(Arc::new(Mutex::new(Counts {
            signal: id.signal,
            status,
            cursor: 0,
        })))
    }

    pub(crate) fn status(&self, totals: StoreTotals) -> SinkStatus {
        let counts = self.lock();
        let waiting = match counts.status.state {
            SinkState::Off => 0,
            SinkState::On | SinkState::Failing => {
                totals.waiting_after(counts.signal, counts.cursor)
            }
        };
        SinkStatus {
            waiting,
            ..counts.status.clone()
        }
    }

    pub(super) fn set_cursor(&self, cursor: i64) {
        self.lock().cursor = cursor;
    }

    /// Counts a batch of `records` that the receiver accepted.
    pub(super) fn delivered(&self, records: u64, delivery: Delivery) {
        let Delivery { skipped, dropped } = delivery;
        let lost: u64 = dropped.iter().map(|(records, ..)| records).sum();
        let sent = records.saturating_sub(skipped).saturating_sub(lost);
        let mut counts = self.lock();
        counts.status.skipped += skipped;
        counts.status.sent += sent;
        for (records, reason, error) in &dropped {
            counts.add_dropped(reason, *records);
            counts.set_error(error);
        }
        // A batch with nothing for the receiver does not show whether the receiver works.
        if sent > 0 {
            if counts.set_state(SinkState::On) {
                let records = counts.signal.records();
                info!(sink = counts.status.name, "delivering {records} again");
            }
        } else if let Some((records, reason, error)) = dropped.last() {
            counts.receiver_rejected(*records, reason, error);
        }
    }

    /// Counts a batch that is to be sent again.
    pub(super) fn retrying(&self, records: u64, error: &str) {
        let mut counts = self.lock();
        counts.status.retried += records;
        counts.set_error(error);
        if counts.set_state(SinkState::Failing) {
            let (sink, word) = (&counts.status.name, counts.signal.records());
            warn!(
                sink,
                count = records,
                error,
                "cannot deliver; {word} wait in the store"
            );
        }
    }

    /// Counts a batch that the receiver rejected permanently.
    pub(super) fn rejected(&self, records: u64, reason: &str, error: &str) {
        let mut counts = self.lock();
        counts.add_dropped(reason, records);
        counts.set_error(error);
        counts.receiver_rejected(records, reason, error);
    }

    /// Counts records that retention removed before they were sent. The receiver's state stays.
    pub(super) fn expired(&self, records: u64) {
        let mut counts = self.lock();
        counts.add_dropped("expired", records);
        let (sink, word) = (&counts.status.name, counts.signal.records());
        error!(
            sink,
            count = records,
            "{word} expired before they were sent"
        );
    }

    /// Counts records that are damaged in the store and cannot be sent.
    pub(super) fn damaged(&self, records: u64) {
        let mut counts = self.lock();
        counts.add_dropped("damaged", records);
        let word = counts.signal.records();
        counts.set_error(&format!("{records} {word} are damaged in the store"));
        error!(
            sink = counts.status.name,
            count = records,
            "{word} are damaged in the store"
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
    fn add_dropped(&mut self, reason: &str, records: u64) {
        *self.status.dropped.entry(reason.to_owned()).or_default() += records;
    }

    fn receiver_rejected(&mut self, records: u64, reason: &str, error: &str) {
        if self.set_state(SinkState::Failing) {
            let (sink, word) = (&self.status.name, self.signal.records());
            error!(
                sink,
                reason,
                count = records,
                error,
                "the receiver rejected {word}"
            );
        }
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
