//! The spans that have started and not yet ended, in one table.
//!
//! A [`Span`](crate::Span) only carries the [`SpanKey`] of its slot. Code without a handle can
//! therefore act on spans as well: leaving the page ends them all, a panic ends those of its trace.

use opentelemetry::trace::{SpanId, TraceId};

use crate::core::clock::Anchor;
use crate::core::record::SpanRecord;

/// A span that has started and not yet ended.
#[derive(Debug)]
pub(crate) struct ActiveSpan {
    pub(crate) record: SpanRecord,
    pub(crate) anchor: Anchor,
    pub(crate) action: Option<ActionState>,
    /// The span may still change after it has ended: by its network timings, or by how long the
    /// user waited for the frame. It is encoded when its batch is built, and not before.
    pub(crate) is_deferred: bool,
    /// The action, navigation or page load above, which does not end before this span.
    pub(crate) owner: Option<SpanKey>,
    /// For an action: how many handles of its own span and of spans below it exist.
    pub(crate) ref_count: u32,
}

/// The state of a span that stands for a user action.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ActionState {
    /// The name comes from the application, not from the element that was clicked.
    pub(crate) is_named: bool,
    #[cfg(feature = "frustration")]
    pub(crate) is_click: bool,
    /// On the monotonic clock. An action that is still active then has timed out.
    pub(crate) deadline_ms: f64,
}

/// Identifies an active span. The span id guards against a slot that has been reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SpanKey {
    pub(crate) index: usize,
    pub(crate) span_id: SpanId,
}

/// The active spans of a page or worker.
#[derive(Debug, Default)]
pub(crate) struct ActiveSpans {
    slots: Vec<Option<ActiveSpan>>,
    free: Vec<usize>,
}

impl ActiveSpans {
    pub(crate) fn insert(&mut self, span: ActiveSpan) -> SpanKey {
        let span_id = span.record.context.span_id();
        let index = match self.free.pop() {
            Some(index) => {
                self.slots[index] = Some(span);
                index
            }
            None => {
                self.slots.push(Some(span));
                self.slots.len() - 1
            }
        };
        SpanKey { index, span_id }
    }

    pub(crate) fn get_mut(&mut self, key: SpanKey) -> Option<&mut ActiveSpan> {
        let span = self.slots.get_mut(key.index)?.as_mut()?;
        (span.record.context.span_id() == key.span_id).then_some(span)
    }

    pub(crate) fn remove(&mut self, key: SpanKey) -> Option<ActiveSpan> {
        self.get_mut(key)?;
        self.free.push(key.index);
        self.slots[key.index].take()
    }

    pub(crate) fn find(&self, span_id: SpanId) -> Option<SpanKey> {
        let has_id = |slot: &Option<ActiveSpan>| {
            slot.as_ref()
                .is_some_and(|span| span.record.context.span_id() == span_id)
        };
        let index = self.slots.iter().position(has_id)?;
        Some(SpanKey { index, span_id })
    }

    #[cfg(any(feature = "long-animation-frames", feature = "web-vitals"))]
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut ActiveSpan> {
        self.slots.iter_mut().flatten()
    }

    /// Adds a reference to the action at or above a span, for a new span below it. Returns the
    /// action's key.
    pub(crate) fn retain(&mut self, parent: SpanKey) -> Option<SpanKey> {
        let span = self.get_mut(parent)?;
        let owner = if span.action.is_some() {
            Some(parent)
        } else {
            span.owner
        };
        // An action without references is about to end, and is not revived.
        let action = self.get_mut(owner?).filter(|action| action.ref_count > 0)?;
        action.ref_count += 1;
        owner
    }

    /// Drops a reference to an action. Returns whether it was the last.
    pub(crate) fn release(&mut self, action: SpanKey) -> bool {
        self.get_mut(action).is_some_and(|span| {
            span.ref_count = span.ref_count.saturating_sub(1);
            span.ref_count == 0
        })
    }

    /// Returns the keys of the spans that match, roots last.
    pub(crate) fn matching(&self, matches: &dyn Fn(&ActiveSpan) -> bool) -> Vec<SpanKey> {
        let children = self.keys(&|span| !span.record.is_local_root() && matches(span));
        let roots = self.keys(&|span| span.record.is_local_root() && matches(span));
        [children, roots].concat()
    }

    pub(crate) fn local_root_of(&self, trace_id: TraceId) -> Option<SpanKey> {
        let is_root = |span: &ActiveSpan| {
            span.record.context.trace_id() == trace_id && span.record.is_local_root()
        };
        self.keys(&is_root).first().copied()
    }

    fn keys(&self, matches: &dyn Fn(&ActiveSpan) -> bool) -> Vec<SpanKey> {
        let mut keys = Vec::new();
        for (index, slot) in self.slots.iter().enumerate() {
            if let Some(span) = slot.as_ref().filter(|span| matches(span)) {
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
    use crate::core::record::tests::record;

    fn active(span_id: u64, parent: u64) -> ActiveSpan {
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
    fn key_of_an_ended_span_does_not_match_a_reused_slot() {
        let mut spans = ActiveSpans::default();
        let first = spans.insert(active(1, 0));
        assert!(spans.remove(first).is_some());
        let second = spans.insert(active(2, 0));
        assert_eq!(first.index, second.index);
        assert!(spans.get_mut(first).is_none());
        assert!(spans.remove(first).is_none());
        assert!(spans.get_mut(second).is_some());
    }

    #[test]
    fn matching_returns_roots_last() {
        let mut spans = ActiveSpans::default();
        let root = spans.insert(active(1, 0));
        let child = spans.insert(active(2, 1));
        assert_eq!(spans.matching(&|_| true), [child, root]);
    }
}
