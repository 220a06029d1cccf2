//! Live updates: summaries of new and changed traces, at most once per interval and trace.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::{Notify, broadcast};
use trace_model::{TraceId, TraceSummary};

/// The interval between two updates of a trace.
const FLUSH_INTERVAL: Duration = Duration::from_millis(100);

/// The number of updates per interval, and of updates that a slow listener may lag behind.
const MAX_UPDATES: usize = 1024;

/// The number of updates per interval for all listeners together, and the minimum for each listener.
/// It keeps the cost of many listeners below that of storing the spans.
const MAX_DELIVERIES: usize = 4096;
const MIN_UPDATES: usize = 32;

/// A trace's summary, encoded once for all listeners.
#[derive(Debug)]
pub(crate) struct SummaryUpdate {
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
    updates: broadcast::Sender<Arc<SummaryUpdate>>,
}

impl Hub {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Inner {
            pending: Mutex::default(),
            changed: Notify::new(),
            updates: broadcast::Sender::new(MAX_UPDATES),
        }))
    }

    /// Publishes summaries, without waiting. Does nothing without listeners.
    pub(crate) fn publish(&self, summaries: Vec<TraceSummary>) {
        let listeners = self.0.updates.receiver_count();
        if listeners == 0 {
            return;
        }
        let capacity = (MAX_DELIVERIES / listeners).clamp(MIN_UPDATES, MAX_UPDATES);
        let mut pending = self
            .0
            .pending
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for summary in summaries {
            // Further traces are in the list, but not in the live updates.
            if pending.len() < capacity || pending.contains_key(&summary.trace_id) {
                pending.insert(summary.trace_id, summary);
            }
        }
        self.0.changed.notify_one();
    }

    /// Subscribes to updates. A listener that lags too far behind gets an error and has to request the
    /// list again.
    pub(crate) fn listen(&self) -> broadcast::Receiver<Arc<SummaryUpdate>> {
        self.0.updates.subscribe()
    }

    /// Delivers published summaries: at once after a pause, otherwise at the next interval.
    pub(crate) async fn run(self) {
        loop {
            self.0.changed.notified().await;
            for summary in self.take_pending() {
                let update = SummaryUpdate {
                    json: serde_json::to_string(&summary).unwrap_or_default(),
                    service: summary.service,
                };
                // Fails only if all listeners have left.
                let _ = self.0.updates.send(Arc::new(update));
            }
            tokio::time::sleep(FLUSH_INTERVAL).await;
        }
    }

    fn take_pending(&self) -> Vec<TraceSummary> {
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
