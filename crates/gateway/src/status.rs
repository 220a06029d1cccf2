//! What the gateway says of itself: kept, rejected, forwarded.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use trace_model::Status;

use crate::{decode::Rejections, sinks::SinkCounters, store::Store};

/// Spans rejected since start, by reason.
#[derive(Debug, Default)]
pub(crate) struct RejectedSpans(Mutex<BTreeMap<String, u64>>);

impl RejectedSpans {
    pub(crate) fn add(&self, rejections: &Rejections) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (reason, count) in rejections.iter() {
            *counts.entry(reason.name().to_owned()).or_default() += count;
        }
    }

    fn counts(&self) -> BTreeMap<String, u64> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// The sources of a [`Status`].
#[derive(Clone, Debug)]
pub(crate) struct StatusSource {
    pub(crate) store: Store,
    pub(crate) rejected: Arc<RejectedSpans>,
    pub(crate) sinks: Arc<[SinkCounters]>,
}

impl StatusSource {
    pub(crate) fn status(&self) -> Status {
        let kept = self.store.kept();
        Status {
            spans_kept: kept.spans,
            traces_kept: kept.traces,
            rejected: self.rejected.counts(),
            sinks: self.sinks.iter().map(|sink| sink.status(kept)).collect(),
        }
    }
}
