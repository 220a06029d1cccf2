//! A span as plain data: what is collected while it is open, and encoded when it has ended.

use std::borrow::Cow;

use opentelemetry::KeyValue;
use opentelemetry::trace::{Event, Link, SpanContext, SpanId, SpanKind, Status};

use crate::clock::UnixNanos;

/// The specification's default limit for attributes, events and links of one span.
const COUNT_LIMIT: usize = 128;

/// The name and fields of one span. Collections are bounded; what exceeds a bound is counted.
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
    pub(crate) attributes: Vec<KeyValue>,
    pub(crate) dropped_attributes: u32,
    pub(crate) events: Vec<Event>,
    pub(crate) dropped_events: u32,
    pub(crate) links: Vec<Link>,
    pub(crate) dropped_links: u32,
    pub(crate) status: Status,
}

impl SpanRecord {
    /// Sets an attribute, in place of an earlier one of the same key.
    pub(crate) fn set_attribute(&mut self, attribute: KeyValue) {
        let same_key = |known: &&mut KeyValue| known.key == attribute.key;
        if let Some(known) = self.attributes.iter_mut().find(same_key) {
            known.value = attribute.value;
        } else {
            push_bounded(
                &mut self.attributes,
                attribute,
                &mut self.dropped_attributes,
            );
        }
    }

    pub(crate) fn add_event(&mut self, event: Event) {
        push_bounded(&mut self.events, event, &mut self.dropped_events);
    }

    pub(crate) fn add_link(&mut self, link: Link) {
        push_bounded(&mut self.links, link, &mut self.dropped_links);
    }

    /// Statuses only rise: unset, error, ok. What is ok stays ok.
    pub(crate) fn set_status(&mut self, status: Status) {
        let is_another_error = self.is_error() && matches!(status, Status::Error { .. });
        if is_another_error || status > self.status {
            self.status = status;
        }
    }

    pub(crate) fn is_error(&self) -> bool {
        matches!(self.status, Status::Error { .. })
    }

    /// A root of what this page knows: nothing above it, or only something in another process.
    pub(crate) fn is_local_root(&self) -> bool {
        self.parent_span_id == SpanId::INVALID || self.parent_is_remote
    }
}

fn push_bounded<T>(items: &mut Vec<T>, item: T, dropped: &mut u32) {
    if items.len() < COUNT_LIMIT {
        items.push(item);
    } else {
        *dropped += 1;
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use opentelemetry::trace::{TraceFlags, TraceId, TraceState};

    use super::*;

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
            attributes: Vec::new(),
            dropped_attributes: 0,
            events: Vec::new(),
            dropped_events: 0,
            links: Vec::new(),
            dropped_links: 0,
            status: Status::Unset,
        }
    }

    #[test]
    fn a_repeated_key_replaces_the_value() {
        let mut span = record("a");
        span.set_attribute(KeyValue::new("k", 1));
        span.set_attribute(KeyValue::new("k", 2));
        assert_eq!(span.attributes, [KeyValue::new("k", 2)]);
    }

    #[test]
    fn attributes_beyond_the_limit_are_counted() {
        let mut span = record("a");
        for index in 0..130 {
            span.set_attribute(KeyValue::new(format!("k{index}"), index));
        }
        assert_eq!((span.attributes.len(), span.dropped_attributes), (128, 2));
    }

    #[test]
    fn an_ok_status_is_final() {
        let mut span = record("a");
        span.set_status(Status::error("first"));
        span.set_status(Status::error("second"));
        assert_eq!(span.status, Status::error("second"));
        span.set_status(Status::Ok);
        span.set_status(Status::error("late"));
        assert_eq!(span.status, Status::Ok);
    }
}
