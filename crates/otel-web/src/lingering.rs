//! Spans that have ended and are not encoded yet, because something may still be learned about them.
//!
//! The browser tells a request's network timings, and how long the user waited for the frame that
//! answered a click, in a task after the span has ended. Such spans wait here until their batch is
//! sealed, which is when they would have left anyway.

use opentelemetry::trace::SpanId;

use crate::pipeline::Pipeline;
use crate::record::SpanRecord;

/// When more spans than this end at once, the rest goes without.
const MOST: usize = 128;

#[derive(Debug, Default)]
pub(crate) struct Lingering(Vec<SpanRecord>);

impl Lingering {
    /// Gives the span back when too many wait already.
    pub(crate) fn keep(&mut self, record: SpanRecord) -> Option<SpanRecord> {
        if self.0.len() >= MOST {
            return Some(record);
        }
        self.0.push(record);
        None
    }

    pub(crate) fn find(&mut self, span_id: SpanId) -> Option<&mut SpanRecord> {
        let is_it = |record: &&mut SpanRecord| record.context.span_id() == span_id;
        self.0.iter_mut().find(is_it)
    }

    pub(crate) fn take(&mut self) -> Vec<SpanRecord> {
        std::mem::take(&mut self.0)
    }
}

impl Pipeline {
    /// A span that is open, or has ended and lingers.
    pub(crate) fn record_mut(&mut self, span_id: SpanId) -> Option<&mut SpanRecord> {
        match self.open.find(span_id) {
            Some(ticket) => Some(&mut self.open.get_mut(ticket)?.record),
            None => self.lingering.find(span_id),
        }
    }

    /// Queues the spans that linger.
    pub(crate) fn release(&mut self) {
        for record in self.lingering.take() {
            self.enqueue(&record);
        }
    }
}
