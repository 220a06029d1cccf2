//! A span as plain data: collected while it is active, encoded when it has ended.

use std::borrow::Cow;

use opentelemetry::KeyValue;
use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status};

use crate::core::clock::UnixNanos;
use crate::core::otlp::attributes::{Attributes, MAX_ITEMS_PER_SPAN};
use crate::core::otlp::items;
use crate::core::otlp::writer::Writer;

/// The name and fields of one span. Collections are bounded. Items beyond a bound are counted.
#[derive(Debug)]
pub(crate) struct SpanRecord {
    pub(crate) context: SpanContext,
    pub(crate) parent_span_id: SpanId,
    pub(crate) parent_is_remote: bool,
    pub(crate) scope: usize,
    pub(crate) name: Cow<'static, str>,
    pub(crate) kind: SpanKind,
    pub(crate) start: UnixNanos,
    pub(crate) end: UnixNanos,
    pub(crate) attributes: Attributes,
    pub(crate) events_and_links: Writer,
    pub(crate) events: Count,
    pub(crate) links: Count,
    pub(crate) status: Status,
}

/// The number of events or links that a span has, and of those beyond the limit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Count {
    pub(crate) recorded: u32,
    pub(crate) dropped: u32,
}

impl Count {
    /// Counts one more item. Returns whether it is within the limit.
    fn add_one(&mut self) -> bool {
        let fits = self.recorded < MAX_ITEMS_PER_SPAN;
        if fits {
            self.recorded += 1;
        } else {
            self.dropped += 1;
        }
        fits
    }
}

impl SpanRecord {
    /// Adds an event. The attributes come with the number of those dropped before.
    pub(crate) fn add_event(
        &mut self,
        name: &str,
        time: UnixNanos,
        attributes: (&[KeyValue], u32),
    ) {
        if self.events.add_one() {
            items::write_event(&mut self.events_and_links, name, time, attributes);
        }
    }

    pub(crate) fn add_encoded_event(&mut self, name: &str, time: UnixNanos, of: &Attributes) {
        if self.events.add_one() {
            items::write_encoded_event(&mut self.events_and_links, name, time, of);
        }
    }

    pub(crate) fn add_link(&mut self, context: &SpanContext, attributes: (&[KeyValue], u32)) {
        if self.links.add_one() {
            items::write_link(&mut self.events_and_links, context, attributes);
        }
    }

    /// Sets the status. As the specification demands, `Ok` is final and `Unset` is ignored.
    pub(crate) fn set_status(&mut self, status: Status) {
        let is_final = matches!(self.status, Status::Ok);
        if !is_final && !matches!(status, Status::Unset) {
            self.status = status;
        }
    }

    pub(crate) fn is_error(&self) -> bool {
        matches!(self.status, Status::Error { .. })
    }

    /// Whether the span has no parent, or one in another process.
    pub(crate) fn is_local_root(&self) -> bool {
        self.parent_span_id == SpanId::INVALID || self.parent_is_remote
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use opentelemetry::trace::{TraceFlags, TraceId, TraceState};

    use super::*;
    use crate::core::otlp::attributes;
    use crate::core::otlp::reader::Fields;

    pub(crate) fn record(name: &'static str) -> SpanRecord {
        SpanRecord {
            context: SpanContext::new(
                TraceId::from(0x11_u128),
                SpanId::from(0x22_u64),
                TraceFlags::SAMPLED,
                false,
                TraceState::NONE,
            ),
            parent_span_id: SpanId::INVALID,
            parent_is_remote: false,
            scope: 0,
            name: name.into(),
            kind: SpanKind::Internal,
            start: 1_000,
            end: 2_000,
            attributes: attributes::span_attributes(),
            events_and_links: Writer::new(),
            events: Count::default(),
            links: Count::default(),
            status: Status::Unset,
        }
    }

    #[test]
    fn events_and_links_beyond_the_limit_are_counted() {
        let mut span = record("a");
        let context = span.context.clone();
        for _ in 0..130 {
            span.add_event("again", 1, (&[], 0));
            span.add_link(&context, (&[], 0));
        }
        let expected = Count {
            recorded: 128,
            dropped: 2,
        };
        assert_eq!((span.events, span.links), (expected, expected));
    }

    #[test]
    fn attributes_of_events_and_links_beyond_the_limit_are_counted() {
        let mut span = record("a");
        let context = span.context.clone();
        let attributes: Vec<_> = (0..130).map(|n| KeyValue::new("k", n)).collect();
        span.add_event("described", 1, (&attributes, 3));
        span.add_link(&context, (&attributes, 3));
        for (index, item_attributes, dropped) in [(0, 3, 4), (1, 4, 5)] {
            let item = Fields(span.events_and_links.as_bytes()).nth(index).unwrap();
            let fields = || Fields(item.content);
            let count = fields()
                .filter(|field| field.number == item_attributes)
                .count();
            assert_eq!(count, 128);
            let counted = fields().find(|field| field.number == dropped);
            assert_eq!(counted.unwrap().value, 5);
        }
    }

    #[test]
    fn ok_status_is_final() {
        let mut span = record("a");
        span.set_status(Status::error("first"));
        span.set_status(Status::error("second"));
        assert_eq!(span.status, Status::error("second"));
        span.set_status(Status::Ok);
        span.set_status(Status::error("late"));
        assert_eq!(span.status, Status::Ok);
    }
}
