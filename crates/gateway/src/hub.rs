//! Live updates: each trace that was created or grew, at most once per beat.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::{Notify, broadcast};
use trace_model::{TraceId, TraceSummary};

/// A trace that grows by the millisecond is shown ten times a second.
const BEAT: Duration = Duration::from_millis(100);

/// Updates of one beat, and updates a slow listener may be behind.
const CAPACITY: usize = 1024;

/// Updates that all listeners of one beat get together, but for the least number that each
/// gets. Many listeners must not cost more than the spans that they are told of.
const DELIVERIES: usize = 4096;
const MIN_UPDATES: usize = 32;

/// A trace's new summary, encoded once for all listeners.
#[derive(Debug)]
pub(crate) struct TraceUpdate {
    /// The service of the trace's root.
    pub(crate) service: String,
    pub(crate) json: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Hub(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pending: Mutex<HashMap<TraceId, TraceSummary>>,
    changed: Notify,
    updates: broadcast::Sender<Arc<TraceUpdate>>,
}

impl Hub {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Inner {
            pending: Mutex::default(),
            changed: Notify::new(),
            updates: broadcast::Sender::new(CAPACITY),
        }))
    }

    /// Called by the store's writer; never waits. With nobody listening it costs nothing.
    pub(crate) fn publish(&self, summaries: Vec<TraceSummary>) {
        let listeners = self.0.updates.receiver_count();
        if listeners == 0 {
            return;
        }
        let capacity = (DELIVERIES / listeners).clamp(MIN_UPDATES, CAPACITY);
        let mut pending = self
            .0
            .pending
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for summary in summaries {
            // More traces per beat than anyone can read: the list has them all.
            if pending.len() < capacity || pending.contains_key(&summary.trace_id) {
                pending.insert(summary.trace_id, summary);
            }
        }
        self.0.changed.notify_one();
    }

    /// Updates from now on. A listener that falls too far behind gets an error and should list again.
    pub(crate) fn listen(&self) -> broadcast::Receiver<Arc<TraceUpdate>> {
        self.0.updates.subscribe()
    }

    /// Hands on what was published: at once after a pause, else with the next beat.
    pub(crate) async fn run(self) {
        loop {
            self.0.changed.notified().await;
            for summary in self.take() {
                let update = TraceUpdate {
                    json: serde_json::to_string(&summary).unwrap_or_default(),
                    service: summary.service,
                };
                // Listeners may have left meanwhile.
                let _ = self.0.updates.send(Arc::new(update));
            }
            tokio::time::sleep(BEAT).await;
        }
    }

    fn take(&self) -> Vec<TraceSummary> {
        let mut pending = self
            .0
            .pending
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut summaries: Vec<_> = pending.drain().map(|(_, summary)| summary).collect();
        summaries.sort_by_key(TraceSummary::listed_unix_nano);
        summaries
    }
}
