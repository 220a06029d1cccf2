//! What the gateway reports about itself: spans stored, rejected and forwarded.

use std::{
    collections::BTreeMap,
    fmt::Display,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use trace_model::{LastRefusal, Status};

use crate::{
    clock,
    decode::{Rejections, Warnings},
    limited_log::LimitedLog,
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

/// Spans rejected from, or repaired in, otherwise accepted requests.
#[derive(Debug, Default)]
pub(crate) struct SpanCounts {
    rejected: Counts,
    repaired: Counts,
}

impl SpanCounts {
    pub(crate) fn rejected(&self, rejections: &Rejections) {
        for (reason, spans) in rejections.iter() {
            self.rejected.add(reason.name(), spans);
        }
    }

    pub(crate) fn repaired(&self, warnings: &Warnings) {
        for (repair, spans) in warnings.repairs() {
            self.repaired.add(repair.name(), spans);
        }
    }
}

/// Requests that were answered with an error, and connections that were.
#[derive(Debug, Default)]
pub(crate) struct RefusedRequests {
    counts: Counts,
    last: Mutex<Option<LastRefusal>>,
    log: LimitedLog,
}

impl RefusedRequests {
    /// Counts and logs one. `message` is what its sender is told.
    pub(crate) fn add(&self, reason: &'static str, client: &str, message: &str) {
        self.counts.add(reason, 1);
        self.log.log(
            reason,
            format_args!("edge: refused {client} ({reason}): {message}"),
        );
        *self.last() = Some(LastRefusal {
            reason: reason.to_owned(),
            message: message.to_owned(),
            client: client.to_owned(),
            unix_ms: u64::try_from(clock::now() / 1_000_000).unwrap_or_default(),
        });
    }

    /// Logs what an accepted request lost. `kind` is by what such lines are limited.
    pub(crate) fn log(&self, kind: &'static str, line: impl Display) {
        self.log.log(kind, line);
    }

    /// To be called now and then.
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
    pub(crate) spans: Arc<SpanCounts>,
    pub(crate) refused: Arc<RefusedRequests>,
    pub(crate) sinks: Arc<[SinkCounters]>,
}

impl StatusSource {
    pub(crate) fn status(&self) -> Status {
        let totals = self.store.totals();
        Status {
            spans_kept: totals.spans,
            traces_kept: totals.traces,
            rejected: self.spans.rejected.get(),
            repaired: self.spans.repaired.get(),
            refused: self.refused.counts.get(),
            last_refusal: self.refused.last().clone(),
            store_error: self.store.error(),
            sinks: self.sinks.iter().map(|sink| sink.status(totals)).collect(),
        }
    }
}
