//! The spans that have started and not yet ended, in one table.
//!
//! A [`Span`](crate::Span) is only a key to its row. So whoever must act on spans it holds no
//! handle of can do so: the page's exit ends them all, a panic ends those of its trace.

use opentelemetry::trace::{SpanId, TraceId};

use crate::clock::Anchor;
use crate::record::SpanRecord;

/// A row of the table.
#[derive(Debug)]
pub(crate) struct ActiveSpan {
    pub(crate) record: SpanRecord,
    pub(crate) anchor: Anchor,
    pub(crate) action: Option<ActionState>,
    /// Something may still be learned about it after it has ended: its network timings, or how long
    /// the user waited for the frame. It is encoded when its batch is sealed, and not before.
    pub(crate) is_deferred: bool,
    /// The action, navigation or page load above: it does not end before this.
    pub(crate) owner: Option<SpanKey>,
    /// Of an action: how many handles of its own span and of spans below it still exist.
    pub(crate) ref_count: u32,
}

/// What is known of a span that stands for a user's action.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ActionState {
    /// Named by the application, not by the element that was clicked.
    pub(crate) is_named: bool,
    #[cfg(feature = "frustration")]
    pub(crate) is_click: bool,
    /// On the monotonic clock; an action that is still open then has timed out.
    pub(crate) deadline_ms: f64,
}

/// Which row, and whose: a row is used again once its span has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SpanKey {
    pub(crate) index: usize,
    pub(crate) span_id: SpanId,
}

#[derive(Debug, Default)]
pub(crate) struct ActiveSpans {
    rows: Vec<Option<ActiveSpan>>,
    free: Vec<usize>,
}

impl ActiveSpans {
    pub(crate) fn insert(&mut self, span: ActiveSpan) -> SpanKey {
        let span_id = span.record.context.span_id();
        let index = match self.free.pop() {
            Some(index) => {
                self.rows[index] = Some(span);
                index
            }
            None => {
                self.rows.push(Some(span));
                self.rows.len() - 1
            }
        };
        SpanKey { index, span_id }
    }

    pub(crate) fn get_mut(&mut self, key: SpanKey) -> Option<&mut ActiveSpan> {
        let row = self.rows.get_mut(key.index)?.as_mut()?;
        (row.record.context.span_id() == key.span_id).then_some(row)
    }

    pub(crate) fn remove(&mut self, key: SpanKey) -> Option<ActiveSpan> {
        self.get_mut(key)?;
        self.free.push(key.index);
        self.rows[key.index].take()
    }

    pub(crate) fn find(&self, span_id: SpanId) -> Option<SpanKey> {
        let is_it = |row: &Option<ActiveSpan>| {
            row.as_ref()
                .is_some_and(|span| span.record.context.span_id() == span_id)
        };
        let index = self.rows.iter().position(is_it)?;
        Some(SpanKey { index, span_id })
    }

    #[cfg(any(feature = "long-animation-frames", feature = "web-vitals"))]
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut ActiveSpan> {
        self.rows.iter_mut().flatten()
    }

    /// The action at or above a span, held once more for a new span below it.
    pub(crate) fn retain(&mut self, above: SpanKey) -> Option<SpanKey> {
        let span = self.get_mut(above)?;
        let owner = if span.action.is_some() {
            Some(above)
        } else {
            span.owner
        };
        // What nobody holds any more is about to end, and not taken up again.
        let action = self.get_mut(owner?).filter(|action| action.ref_count > 0)?;
        action.ref_count += 1;
        owner
    }

    /// Gives up one hold of an action. True when it was the last.
    pub(crate) fn release(&mut self, action: SpanKey) -> bool {
        self.get_mut(action).is_some_and(|span| {
            span.ref_count = span.ref_count.saturating_sub(1);
            span.ref_count == 0
        })
    }

    /// The open spans that match, the roots last.
    pub(crate) fn matching(&self, matches: &dyn Fn(&ActiveSpan) -> bool) -> Vec<SpanKey> {
        let below = self.keys(&|span| !span.record.is_local_root() && matches(span));
        let roots = self.keys(&|span| span.record.is_local_root() && matches(span));
        [below, roots].concat()
    }

    pub(crate) fn local_root_of(&self, trace_id: TraceId) -> Option<SpanKey> {
        let is_root = |span: &ActiveSpan| {
            span.record.context.trace_id() == trace_id && span.record.is_local_root()
        };
        self.keys(&is_root).first().copied()
    }

    fn keys(&self, matches: &dyn Fn(&ActiveSpan) -> bool) -> Vec<SpanKey> {
        let mut keys = Vec::new();
        for (index, row) in self.rows.iter().enumerate() {
            if let Some(span) = row.as_ref().filter(|span| matches(span)) {
                let span_id = span.record.context.span_id();
                keys.push(SpanKey { index, span_id });
            }
        }
        keys
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::{SpanContext, TraceFlags, TraceState};

    use super::*;
    use crate::record::tests::record;

    fn open(span_id: u64, parent: u64) -> ActiveSpan {
        let mut record = record("a");
        record.parent_span_id = SpanId::from(parent);
        record.context = SpanContext::new(
            TraceId::from(1_u128),
            SpanId::from(span_id),
            TraceFlags::SAMPLED,
            false,
            TraceState::NONE,
        );
        ActiveSpan {
            record,
            anchor: Anchor::new(0.0),
            action: None,
            is_deferred: false,
            owner: None,
            ref_count: 0,
        }
    }

    #[test]
    fn a_ticket_of_an_ended_span_does_not_open_the_row_of_the_next() {
        let mut spans = ActiveSpans::default();
        let first = spans.insert(open(1, 0));
        assert!(spans.remove(first).is_some());
        let second = spans.insert(open(2, 0));
        assert_eq!(first.index, second.index);
        assert!(spans.get_mut(first).is_none());
        assert!(spans.remove(first).is_none());
        assert!(spans.get_mut(second).is_some());
    }

    #[test]
    fn roots_come_last() {
        let mut spans = ActiveSpans::default();
        let root = spans.insert(open(1, 0));
        let child = spans.insert(open(2, 1));
        assert_eq!(spans.matching(&|_| true), [child, root]);
    }
}
