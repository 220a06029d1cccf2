//! Compares the encoder with the decoder of `opentelemetry-proto`.

use std::borrow::Cow;
use std::time::Duration;

use opentelemetry::trace::{Event, Link, SpanContext, TraceFlags, TraceId, TraceState};
use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1 as common;
use opentelemetry_proto::tonic::trace::v1 as trace;
use proptest::collection::vec;
use proptest::prelude::*;
use prost::Message;

use super::*;
use crate::core::clock::{from_system_time, to_system_time};

/// The input of a span, to compare with the decoded message.
#[derive(Clone, Debug)]
struct SpanInput {
    context: SpanContext,
    parent: (u64, bool),
    name: String,
    kind: SpanKind,
    times: (u64, u64),
    attributes: Vec<KeyValue>,
    events: Vec<Event>,
    links: Vec<Link>,
    status: Status,
}

impl SpanInput {
    fn record(&self) -> SpanRecord {
        let mut record = crate::core::record::tests::record("");
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

fn expected_span(input: &SpanInput, span: &SpanRecord) -> trace::Span {
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
        attributes: expected_attributes(&last_of_each_key(&input.attributes)),
        dropped_attributes_count: 0,
        events: input.events.iter().map(expected_event).collect(),
        dropped_events_count: 0,
        links: input.links.iter().map(expected_link).collect(),
        dropped_links_count: 0,
        status: Some(expected_status(&input.status)),
    }
}

fn last_of_each_key(attributes: &[KeyValue]) -> Vec<KeyValue> {
    let mut last: Vec<KeyValue> = Vec::new();
    for attribute in attributes {
        last.retain(|known| known.key != attribute.key);
        last.push(attribute.clone());
    }
    last
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

fn expected_attributes(attributes: &[KeyValue]) -> Vec<common::KeyValue> {
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

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<String>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        vec(any::<bool>(), 0..4).prop_map(|items| Value::Array(Array::Bool(items))),
        vec(any::<i64>(), 0..4).prop_map(|items| Value::Array(Array::I64(items))),
        vec(any::<f64>(), 0..4).prop_map(|items| Value::Array(Array::F64(items))),
        vec(any::<String>(), 0..4).prop_map(|items| Value::Array(Array::String(
            items.into_iter().map(Into::into).collect()
        ))),
    ]
}

fn any_attributes() -> impl Strategy<Value = Vec<KeyValue>> {
    let attribute =
        (any::<String>(), any_value()).prop_map(|(key, value)| KeyValue::new(key, value));
    vec(attribute, 0..6)
}

fn any_context() -> impl Strategy<Value = SpanContext> {
    (1_u128.., 1_u64.., any::<u8>(), any::<bool>()).prop_map(|(trace, span, flags, remote)| {
        SpanContext::new(
            TraceId::from(trace),
            SpanId::from(span),
            TraceFlags::new(flags),
            remote,
            TraceState::from_key_value([("ot", "th:c")]).unwrap(),
        )
    })
}

fn any_event() -> impl Strategy<Value = Event> {
    (
        any::<String>(),
        any::<u64>(),
        any_attributes(),
        any::<u32>(),
    )
        .prop_map(|(name, time, attributes, dropped)| {
            Event::new(name, to_system_time(time), attributes, dropped)
        })
}

fn any_link() -> impl Strategy<Value = Link> {
    (any_context(), any_attributes(), any::<u32>())
        .prop_map(|(context, attributes, dropped)| Link::new(context, attributes, dropped))
}

fn any_kind() -> impl Strategy<Value = SpanKind> {
    prop_oneof![
        Just(SpanKind::Internal),
        Just(SpanKind::Server),
        Just(SpanKind::Client),
        Just(SpanKind::Producer),
        Just(SpanKind::Consumer),
    ]
}

fn any_status() -> impl Strategy<Value = Status> {
    prop_oneof![
        Just(Status::Unset),
        Just(Status::Ok),
        any::<String>().prop_map(Status::error),
    ]
}

prop_compose! {
    fn any_span()(
        context in any_context(),
        parent in any::<(u64, bool)>(),
        name in any::<String>(),
        kind in any_kind(),
        times in any::<(u64, u64)>(),
        attributes in any_attributes(),
        events in vec(any_event(), 0..3),
        links in vec(any_link(), 0..3),
        status in any_status(),
    ) -> SpanInput {
        SpanInput { context, parent, name, kind, times, attributes, events, links, status }
    }
}

proptest! {
    #[test]
    fn official_decoder_reads_every_span(input in any_span()) {
        let span = input.record();
        let decoded = trace::Span::decode(&encode_span(&span)[..]).unwrap();
        prop_assert!(same(&decoded, &expected_span(&input, &span)), "{decoded:?}\n{input:?}");
    }
}

/// Compares encoded bytes, since NaN is not equal to itself.
fn same(left: &trace::Span, right: &trace::Span) -> bool {
    left.encode_to_vec() == right.encode_to_vec()
}

#[test]
fn request_has_the_resource_and_every_scope() {
    let mut resource = attributes::resource_attributes();
    resource.set("service.name", "shop");
    let scope = InstrumentationScope::builder("cart")
        .with_version("1.2")
        .build();
    let span = encode_span(&crate::core::record::tests::record("cart.add"));
    let scopes = [ScopeSpans {
        scope: &scope,
        spans: vec![&span, &span],
    }];

    let request =
        ExportTraceServiceRequest::decode(&encode_request(resource.bytes(), &scopes)[..]).unwrap();

    let resource_spans = &request.resource_spans[0];
    let resource = resource_spans.resource.as_ref().unwrap();
    assert_eq!(
        resource.attributes,
        expected_attributes(&[KeyValue::new("service.name", "shop")])
    );
    let scope_spans = &resource_spans.scope_spans[0];
    let decoded_scope = scope_spans.scope.as_ref().unwrap();
    assert_eq!(
        (decoded_scope.name.as_str(), decoded_scope.version.as_str()),
        ("cart", "1.2")
    );
    assert_eq!(scope_spans.spans.len(), 2);
    assert_eq!(scope_spans.spans[0].name, "cart.add");
}

#[test]
fn times_saturate_far_in_the_future() {
    let late = to_system_time(u64::MAX);
    assert_eq!(from_system_time(late), u64::MAX);
    assert_eq!(from_system_time(late + Duration::from_secs(1)), u64::MAX);
}
