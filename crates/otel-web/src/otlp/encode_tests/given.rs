//! What a user gave a span, and what the official decoder must find then.

use std::borrow::Cow;

use opentelemetry::trace::{Event, Link, SpanContext, SpanId, SpanKind, Status};
use opentelemetry::{KeyValue, Value};
use opentelemetry_proto::tonic::common::v1 as common;
use opentelemetry_proto::tonic::trace::v1 as trace;

use super::{flags, kind_number};
use crate::clock::from_system_time;
use crate::record::SpanRecord;

/// What a user gave a span, to compare with what the decoder finds.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) context: SpanContext,
    pub(super) parent: (u64, bool),
    pub(super) name: String,
    pub(super) kind: SpanKind,
    pub(super) times: (u64, u64),
    pub(super) attributes: Vec<KeyValue>,
    pub(super) events: Vec<Event>,
    pub(super) links: Vec<Link>,
    pub(super) status: Status,
}

impl Given {
    pub(super) fn record(&self) -> SpanRecord {
        let mut record = crate::record::tests::record("");
        record.context = self.context.clone();
        record.parent_span_id = SpanId::from(self.parent.0);
        record.parent_is_remote = self.parent.1;
        record.name = Cow::Owned(self.name.clone());
        record.kind = self.kind.clone();
        (record.start, record.end) = self.times;
        record.attributes.set_all(&self.attributes);
        for event in &self.events {
            let attributes = (&event.attributes[..], event.dropped_attributes_count);
            record.add_event(&event.name, from_system_time(event.timestamp), attributes);
        }
        for link in &self.links {
            let attributes = (&link.attributes[..], link.dropped_attributes_count);
            record.add_link(&link.span_context, attributes);
        }
        record.status = self.status.clone();
        record
    }
}

pub(super) fn expected_span(given: &Given, span: &SpanRecord) -> trace::Span {
    trace::Span {
        trace_id: span.context.trace_id().to_bytes().to_vec(),
        span_id: span.context.span_id().to_bytes().to_vec(),
        trace_state: "ot=th:c".to_owned(),
        parent_span_id: match span.parent_span_id {
            SpanId::INVALID => Vec::new(),
            id => id.to_bytes().to_vec(),
        },
        flags: flags(&span.context, span.parent_is_remote),
        name: span.name.to_string(),
        kind: kind_number(&span.kind) as i32,
        start_time_unix_nano: span.start,
        end_time_unix_nano: span.end,
        attributes: expected_attributes(&last_of_each_key(&given.attributes)),
        dropped_attributes_count: 0,
        events: given.events.iter().map(expected_event).collect(),
        dropped_events_count: 0,
        links: given.links.iter().map(expected_link).collect(),
        dropped_links_count: 0,
        status: Some(expected_status(&given.status)),
    }
}

fn last_of_each_key(attributes: &[KeyValue]) -> Vec<KeyValue> {
    let mut kept: Vec<KeyValue> = Vec::new();
    for attribute in attributes {
        kept.retain(|known| known.key != attribute.key);
        kept.push(attribute.clone());
    }
    kept
}

fn expected_event(event: &Event) -> trace::span::Event {
    trace::span::Event {
        time_unix_nano: from_system_time(event.timestamp),
        name: event.name.to_string(),
        attributes: expected_attributes(&event.attributes),
        dropped_attributes_count: event.dropped_attributes_count,
    }
}

fn expected_link(link: &Link) -> trace::span::Link {
    trace::span::Link {
        trace_id: link.span_context.trace_id().to_bytes().to_vec(),
        span_id: link.span_context.span_id().to_bytes().to_vec(),
        trace_state: "ot=th:c".to_owned(),
        attributes: expected_attributes(&link.attributes),
        dropped_attributes_count: link.dropped_attributes_count,
        flags: flags(&link.span_context, link.span_context.is_remote()),
    }
}

fn expected_status(status: &Status) -> trace::Status {
    match status {
        Status::Unset => trace::Status::default(),
        Status::Ok => trace::Status {
            message: String::new(),
            code: 1,
        },
        Status::Error { description } => trace::Status {
            message: description.to_string(),
            code: 2,
        },
    }
}

pub(super) fn expected_attributes(attributes: &[KeyValue]) -> Vec<common::KeyValue> {
    let one = |attribute: &KeyValue| common::KeyValue {
        key: attribute.key.to_string(),
        value: Some(expected_value(&attribute.value)),
        ..Default::default()
    };
    attributes.iter().map(one).collect()
}

fn expected_value(value: &Value) -> common::AnyValue {
    common::AnyValue::from(value.clone())
}
