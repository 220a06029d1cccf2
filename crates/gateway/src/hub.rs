//! Live updates: summaries of new and changed traces, and traces that got log records, at most once
//! per interval and trace, and the removal of traces.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
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

/// An update, encoded once for all listeners.
#[derive(Debug)]
pub(crate) enum Update {
    /// A trace's summary.
    Trace {
        /// The service of the trace's root.
        service: String,
        json: String,
    },
    /// A trace got log records.
    Logs(TraceId),
    /// Traces were removed by request, so lists have to be requested again.
    Removed,
}

#[derive(Clone, Debug)]
pub(crate) struct Hub(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pending: Mutex<Pending>,
    changed: Notify,
    updates: broadcast::Sender<Arc<Update>>,
}

/// What the next interval delivers.
#[derive(Debug, Default)]
struct Pending {
    summaries: HashMap<TraceId, TraceSummary>,
    /// Traces that got log records.
    logs: HashSet<TraceId>,
    has_removed: bool,
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
        let Some(capacity) = self.capacity() else {
            return;
        };
        let pending = &mut self.pending().summaries;
        for summary in summaries {
            // Further traces are in the list, but not in the live updates.
            if pending.len() < capacity || pending.contains_key(&summary.trace_id) {
                pending.insert(summary.trace_id, summary);
            }
        }
        self.0.changed.notify_one();
    }

    /// Publishes the traces that got log records, without waiting. Does nothing without listeners.
    pub(crate) fn publish_logs(&self, traces: HashSet<TraceId>) {
        let Some(capacity) = self.capacity().filter(|_| !traces.is_empty()) else {
            return;
        };
        let pending = &mut self.pending().logs;
        for trace in traces {
            if pending.len() < capacity {
                pending.insert(trace);
            }
        }
        self.0.changed.notify_one();
    }

    /// Publishes that traces were removed by request.
    pub(crate) fn publish_removal(&self) {
        self.pending().has_removed = true;
        self.0.changed.notify_one();
    }

    /// Returns the number of updates of the current interval, or `None` without listeners. Summaries
    /// and log records have one each, half of the limit.
    fn capacity(&self) -> Option<usize> {
        let listeners = self.0.updates.receiver_count();
        let capacity = MAX_DELIVERIES / 2 / listeners.max(1);
        (listeners > 0).then(|| capacity.clamp(MIN_UPDATES / 2, MAX_UPDATES / 2))
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        let pending = self.0.pending.lock();
        pending.unwrap_or_else(PoisonError::into_inner)
    }

    /// Subscribes to updates. A listener that lags too far behind gets an error and has to request the
    /// list again.
    pub(crate) fn listen(&self) -> broadcast::Receiver<Arc<Update>> {
        self.0.updates.subscribe()
    }

    /// Delivers published updates: at once after a pause, otherwise at the next interval.
    pub(crate) async fn run(self) {
        loop {
            self.0.changed.notified().await;
            for update in self.take_updates() {
                // Fails only if all listeners have left.
                let _ = self.0.updates.send(Arc::new(update));
            }
            tokio::time::sleep(FLUSH_INTERVAL).await;
        }
    }

    /// Returns the updates in the order of their traces. A removal is last, because it may concern a
    /// trace whose summary waited here.
    fn take_updates(&self) -> Vec<Update> {
        let pending = std::mem::take(&mut *self.pending());
        let mut summaries: Vec<_> = pending.summaries.into_values().collect();
        summaries.sort_by_key(TraceSummary::listed_unix_nano);
        let summaries = summaries.into_iter().map(|summary| Update::Trace {
            json: serde_json::to_string(&summary).unwrap_or_default(),
            service: summary.service,
        });
        let logs = pending.logs.into_iter().map(Update::Logs);
        let removal = pending.has_removed.then_some(Update::Removed);
        summaries.chain(logs).chain(removal).collect()
    }
}
