//! The encoder against `opentelemetry-proto`: whatever a span has, the official decoder reads the
//! same back.

mod given;

use std::time::Duration;

use opentelemetry::trace::{Event, Link, TraceFlags, TraceId, TraceState};
use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1 as trace;
use proptest::collection::vec;
use proptest::prelude::*;
use prost::Message;

use super::*;
use crate::clock::{from_system_time, to_system_time};
use given::{Given, expected_attributes, expected_span};

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
    ) -> Given {
        Given { context, parent, name, kind, times, attributes, events, links, status }
    }
}

proptest! {
    #[test]
    fn the_official_decoder_reads_every_span_back(given in any_span()) {
        let span = given.record();
        let decoded = trace::Span::decode(&encode_span(&span)[..]).unwrap();
        prop_assert!(same(&decoded, &expected_span(&given, &span)), "{decoded:?}\n{given:?}");
    }
}

/// NaN is unequal to itself, so the two are compared by their bytes.
fn same(left: &trace::Span, right: &trace::Span) -> bool {
    left.encode_to_vec() == right.encode_to_vec()
}

#[test]
fn a_request_holds_the_resource_and_every_scope() {
    let mut resource = resource_attributes();
    resource.set("service.name", "shop");
    let scope = InstrumentationScope::builder("cart")
        .with_version("1.2")
        .build();
    let span = encode_span(&crate::record::tests::record("cart.add"));
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
fn times_far_in_the_future_stay_what_they_are() {
    let late = to_system_time(u64::MAX);
    assert_eq!(from_system_time(late), u64::MAX);
    assert_eq!(from_system_time(late + Duration::from_secs(1)), u64::MAX);
}
