//! What the gateway says of itself: kept, rejected, forwarded.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use trace_model::Status;

use crate::{decode::Rejections, sinks::SinkCounters, store::Store};

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

/// Spans that were not taken of requests that were.
#[derive(Debug, Default)]
pub(crate) struct RejectedSpans(Counts);

impl RejectedSpans {
    pub(crate) fn add(&self, rejections: &Rejections) {
        for (reason, count) in rejections.iter() {
            self.0.add(reason.name(), count);
        }
    }
}

/// Requests that were answered with an error.
#[derive(Debug, Default)]
pub(crate) struct RefusedRequests(Counts);

impl RefusedRequests {
    pub(crate) fn add(&self, reason: &str) {
        self.0.add(reason, 1);
    }
}

/// The sources of a [`Status`].
#[derive(Clone, Debug)]
pub(crate) struct StatusSource {
    pub(crate) store: Store,
    pub(crate) rejected: Arc<RejectedSpans>,
    pub(crate) refused: Arc<RefusedRequests>,
    pub(crate) sinks: Arc<[SinkCounters]>,
}

impl StatusSource {
    pub(crate) fn status(&self) -> Status {
        let kept = self.store.kept();
        Status {
            spans_kept: kept.spans,
            traces_kept: kept.traces,
            rejected: self.rejected.0.get(),
            refused: self.refused.0.get(),
            store_error: self.store.error(),
            sinks: self.sinks.iter().map(|sink| sink.status(kept)).collect(),
        }
    }
}
