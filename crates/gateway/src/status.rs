//! What the gateway reports about itself: spans and log records stored, rejected and forwarded.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use logging::{Admitted, LogLimit};
use trace_model::{LastRefusal, LogStatus, Status};
use tracing::warn;

use crate::{
    clock,
    decode::{Rejections, Signal, Warnings},
    log_text::{LOG_INTERVAL, truncated},
    sinks::SinkCounters,
    store::Store,
};

/// Counts since start, by reason.
#[derive(Debug, Default)]
struct Counts(Mutex<BTreeMap<String, u64>>);

impl Counts {
    fn add(&self, reason: &str, count: u64) {
        let mut counts = self.lock();
        match counts.get_mut(reason) {
            Some(counted) => *counted += count,
            None => drop(counts.insert(reason.to_owned(), count)),
        }
    }

    fn get(&self) -> BTreeMap<String, u64> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Spans and log records rejected from, or repaired in, otherwise accepted requests. Clones share
/// the counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecordCounts {
    spans: Arc<SignalCounts>,
    logs: Arc<SignalCounts>,
}

#[derive(Debug, Default)]
struct SignalCounts {
    rejected: Counts,
    repaired: Counts,
}

impl RecordCounts {
    pub(crate) fn rejected(&self, signal: Signal, rejections: &Rejections) {
        for (reason, records) in rejections.iter() {
            self.of(signal).rejected.add(reason.name(), records);
        }
    }

    pub(crate) fn repaired(&self, signal: Signal, warnings: &Warnings) {
        for (repair, records) in warnings.repairs() {
            self.of(signal).repaired.add(repair.name(), records);
        }
    }

    fn of(&self, signal: Signal) -> &SignalCounts {
        match signal {
            Signal::Traces => &self.spans,
            Signal::Logs => &self.logs,
        }
    }
}

/// Rejected requests and connections.
#[derive(Debug)]
pub(crate) struct RejectedRequests {
    counts: Counts,
    last: Mutex<Option<LastRefusal>>,
    log: LogLimit,
}

impl Default for RejectedRequests {
    fn default() -> Self {
        Self {
            counts: Counts::default(),
            last: Mutex::default(),
            log: LogLimit::new(LOG_INTERVAL),
        }
    }
}

impl RejectedRequests {
    /// Counts and logs a rejected request. `message` is the text in the response.
    pub(crate) fn add(&self, reason: &'static str, client: &str, message: &str) {
        self.counts.add(reason, 1);
        if let Some(Admitted { suppressed, .. }) = self.log.admit(reason) {
            let error = truncated(message);
            warn!(client, reason, error, suppressed, "rejected a request");
        }
        *self.last() = Some(LastRefusal {
            reason: reason.to_owned(),
            message: message.to_owned(),
            client: client.to_owned(),
            unix_ms: u64::try_from(clock::now() / 1_000_000).unwrap_or_default(),
        });
    }

    /// Logs the records that were rejected from or repaired in an accepted request.
    pub(crate) fn log_loss(&self, signal: Signal, client: &str, loss: &str) {
        let reason = match signal {
            Signal::Traces => "spans_rejected_or_repaired",
            Signal::Logs => "log_records_rejected_or_repaired",
        };
        if let Some(Admitted { suppressed, .. }) = self.log.admit(reason) {
            let (details, records) = (truncated(loss), signal.records());
            warn!(
                client,
                details, suppressed, "rejected or repaired {records}"
            );
        }
    }

    /// Logs suppressed events. To be called regularly.
    pub(crate) fn flush_log(&self) {
        self.log.flush();
    }

    fn last(&self) -> MutexGuard<'_, Option<LastRefusal>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The sources of a [`Status`].
#[derive(Clone, Debug)]
pub(crate) struct StatusSource {
    pub(crate) store: Store,
    pub(crate) counts: RecordCounts,
    pub(crate) rejected_requests: Arc<RejectedRequests>,
    /// The sinks of spans.
    pub(crate) sinks: Arc<[SinkCounters]>,
    /// The sinks of log records.
    pub(crate) log_sinks: Arc<[SinkCounters]>,
}

impl StatusSource {
    pub(crate) fn status(&self) -> Status {
        let totals = self.store.totals();
        Status {
            spans_kept: totals.spans,
            traces_kept: totals.traces,
            rejected: self.counts.spans.rejected.get(),
            repaired: self.counts.spans.repaired.get(),
            refused: self.rejected_requests.counts.get(),
            last_refusal: self.rejected_requests.last().clone(),
            store_error: self.store.error(),
            sinks: self.sinks.iter().map(|sink| sink.status(totals)).collect(),
            logs: LogStatus {
                kept: totals.logs,
                rejected: self.counts.logs.rejected.get(),
                repaired: self.counts.logs.repaired.get(),
                sinks: self
                    .log_sinks
                    .iter()
                    .map(|sink| sink.status(totals))
                    .collect(),
            },
        }
    }
}
