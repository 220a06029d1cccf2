//! Spans that have ended and are not encoded yet, because something may still be learned about them.
//!
//! The browser tells a request's network timings, and how long the user waited for the frame that
//! answered a click, in a task after the span has ended. Such spans wait here until their batch is
//! sealed, which is when they would have left anyway.

use opentelemetry::trace::{SpanId, TraceId};

use crate::pipeline::Pipeline;
use crate::platform;
use crate::record::SpanRecord;

/// When more spans than this end at once, the rest goes without.
const MOST: usize = 128;

/// At least as long, though another action's spans leave earlier; a little less than an exporter
/// waits after an action.
const SHORTEST_MS: f64 = 25.0;

#[derive(Debug, Default)]
pub(crate) struct Lingering(Vec<Ended>);

#[derive(Debug)]
struct Ended {
    record: SpanRecord,
    at_ms: f64,
}

impl Lingering {
    /// Gives the span back when too many wait already.
    pub(crate) fn keep(&mut self, record: SpanRecord) -> Option<SpanRecord> {
        if self.0.len() >= MOST {
            return Some(record);
        }
        let at_ms = platform::monotonic_ms();
        self.0.push(Ended { record, at_ms });
        None
    }

    /// Whether a span of the trace is among them.
    pub(crate) fn is_of(&self, trace_id: TraceId) -> bool {
        let mut records = self.0.iter().map(|ended| &ended.record);
        records.any(|record| record.context.trace_id() == trace_id)
    }

    pub(crate) fn find(&mut self, span_id: SpanId) -> Option<&mut SpanRecord> {
        let mut records = self.0.iter_mut().map(|ended| &mut ended.record);
        records.find(|record| record.context.span_id() == span_id)
    }
}

impl Pipeline {
    /// Whether any span has ended and is not queued yet.
    pub(crate) fn lingers(&self) -> bool {
        !self.lingering.0.is_empty()
    }

    /// A span that is open, or has ended and lingers.
    pub(crate) fn record_mut(&mut self, span_id: SpanId) -> Option<&mut SpanRecord> {
        match self.open.find(span_id) {
            Some(ticket) => Some(&mut self.open.get_mut(ticket)?.record),
            None => self.lingering.find(span_id),
        }
    }

    /// The roots of the actions that are open, and of those that have ended and linger.
    pub(crate) fn each_root(&mut self, tell: &mut dyn FnMut(&mut SpanRecord)) {
        let actions = self.open.iter_mut().filter(|span| span.action.is_some());
        let open = actions.map(|span| &mut span.record);
        let ended = self.lingering.0.iter_mut().map(|ended| &mut ended.record);
        for record in open.chain(ended) {
            if record.is_local_root() {
                tell(record);
            }
        }
    }

    /// Queues the spans that linger.
    pub(crate) fn release(&mut self) {
        self.release_except(&|_, _| false);
    }

    /// Queues those that have waited long enough, and are not to stay.
    pub(crate) fn release_due(&mut self, stays: &dyn Fn(SpanId) -> bool) {
        let latest_ms = platform::monotonic_ms() - SHORTEST_MS;
        self.release_except(&|span_id, at_ms| at_ms > latest_ms || stays(span_id));
    }

    fn release_except(&mut self, stays: &dyn Fn(SpanId, f64) -> bool) {
        for ended in std::mem::take(&mut self.lingering.0) {
            if stays(ended.record.context.span_id(), ended.at_ms) {
                self.lingering.0.push(ended);
            } else {
                self.enqueue(ended.record);
            }
        }
    }
}
