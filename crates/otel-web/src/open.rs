//! The spans that have started and not yet ended, in one table.
//!
//! A [`Span`](crate::Span) is only a ticket to its row. So whoever must act on spans it holds no
//! handle of can do so: the page's exit ends them all, a panic ends those of its trace.

use opentelemetry::trace::{SpanId, TraceId};

use crate::clock::Anchor;
use crate::record::SpanRecord;

/// A row of the table.
#[derive(Debug)]
pub(crate) struct OpenSpan {
    pub(crate) record: SpanRecord,
    pub(crate) anchor: Anchor,
    pub(crate) action: Option<ActionState>,
    /// Something may still be learned about it after it has ended: its network timings, or how long
    /// the user waited for the frame. It is encoded when its batch is sealed, and not before.
    pub(crate) lingers: bool,
    /// The action, navigation or page load above: it does not end before this.
    pub(crate) holder: Option<Ticket>,
    /// Of an action: how many handles of its own span and of spans below it still exist.
    pub(crate) holds: u32,
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
pub(crate) struct Ticket {
    pub(crate) index: usize,
    pub(crate) span_id: SpanId,
}

#[derive(Debug, Default)]
pub(crate) struct OpenSpans {
    rows: Vec<Option<OpenSpan>>,
    free: Vec<usize>,
}

impl OpenSpans {
    pub(crate) fn insert(&mut self, span: OpenSpan) -> Ticket {
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
        Ticket { index, span_id }
    }

    pub(crate) fn get_mut(&mut self, ticket: Ticket) -> Option<&mut OpenSpan> {
        let row = self.rows.get_mut(ticket.index)?.as_mut()?;
        (row.record.context.span_id() == ticket.span_id).then_some(row)
    }

    pub(crate) fn remove(&mut self, ticket: Ticket) -> Option<OpenSpan> {
        self.get_mut(ticket)?;
        self.free.push(ticket.index);
        self.rows[ticket.index].take()
    }

    pub(crate) fn find(&self, span_id: SpanId) -> Option<Ticket> {
        let is_it = |row: &Option<OpenSpan>| {
            row.as_ref()
                .is_some_and(|span| span.record.context.span_id() == span_id)
        };
        let index = self.rows.iter().position(is_it)?;
        Some(Ticket { index, span_id })
    }

    #[cfg(any(feature = "long-animation-frames", feature = "web-vitals"))]
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut OpenSpan> {
        self.rows.iter_mut().flatten()
    }

    /// The action at or above a span, held once more for a new span below it.
    pub(crate) fn hold(&mut self, above: Ticket) -> Option<Ticket> {
        let span = self.get_mut(above)?;
        let holder = if span.action.is_some() {
            Some(above)
        } else {
            span.holder
        };
        // What nobody holds any more is about to end, and not taken up again.
        let action = self.get_mut(holder?).filter(|action| action.holds > 0)?;
        action.holds += 1;
        holder
    }

    /// Gives up one hold of an action. True when it was the last.
    pub(crate) fn release(&mut self, action: Ticket) -> bool {
        self.get_mut(action).is_some_and(|span| {
            span.holds = span.holds.saturating_sub(1);
            span.holds == 0
        })
    }

    /// The open spans that match, the roots last.
    pub(crate) fn matching(&self, matches: &dyn Fn(&OpenSpan) -> bool) -> Vec<Ticket> {
        let below = self.tickets(&|span| !span.record.is_local_root() && matches(span));
        let roots = self.tickets(&|span| span.record.is_local_root() && matches(span));
        [below, roots].concat()
    }

    pub(crate) fn local_root_of(&self, trace_id: TraceId) -> Option<Ticket> {
        let is_root = |span: &OpenSpan| {
            span.record.context.trace_id() == trace_id && span.record.is_local_root()
        };
        self.tickets(&is_root).first().copied()
    }

    fn tickets(&self, matches: &dyn Fn(&OpenSpan) -> bool) -> Vec<Ticket> {
        let mut tickets = Vec::new();
        for (index, row) in self.rows.iter().enumerate() {
            if let Some(span) = row.as_ref().filter(|span| matches(span)) {
                let span_id = span.record.context.span_id();
                tickets.push(Ticket { index, span_id });
            }
        }
        tickets
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::{SpanContext, TraceFlags, TraceState};

    use super::*;
    use crate::record::tests::record;

    fn open(span_id: u64, parent: u64) -> OpenSpan {
        let mut record = record("a");
        record.parent_span_id = SpanId::from(parent);
        record.context = SpanContext::new(
            TraceId::from(1_u128),
            SpanId::from(span_id),
            TraceFlags::SAMPLED,
            false,
            TraceState::NONE,
        );
        OpenSpan {
            record,
            anchor: Anchor::new(0.0),
            action: None,
            lingers: false,
            holder: None,
            holds: 0,
        }
    }

    #[test]
    fn a_ticket_of_an_ended_span_does_not_open_the_row_of_the_next() {
        let mut spans = OpenSpans::default();
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
        let mut spans = OpenSpans::default();
        let root = spans.insert(open(1, 0));
        let child = spans.insert(open(2, 1));
        assert_eq!(spans.matching(&|_| true), [child, root]);
    }
}
