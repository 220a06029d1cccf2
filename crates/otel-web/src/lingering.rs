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

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, SpanRecord> {
        self.0.iter()
    }

    fn take(&mut self, stays: &dyn Fn(SpanId) -> bool) -> Vec<SpanRecord> {
        let stays = |record: &SpanRecord| stays(record.context.span_id());
        let (stay, go) = std::mem::take(&mut self.0).into_iter().partition(stays);
        self.0 = stay;
        go
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

    /// Queues the spans that linger.
    #[cfg(test)]
    pub(crate) fn release(&mut self) {
        self.release_except(&|_| false);
    }

    /// Queues the spans that linger, except for those that have to stay.
    pub(crate) fn release_except(&mut self, stays: &dyn Fn(SpanId) -> bool) {
        for record in self.lingering.take(stays) {
            self.enqueue(&record);
        }
    }
}
