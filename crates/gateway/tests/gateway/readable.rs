//! What is taken can be read by all who read it later: the store, the sinks' receivers, and
//! another gateway. One span that cannot is rejected, and its neighbours are not.

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{AnyValue, ArrayValue, KeyValue, KeyValueList, any_value::Value},
    trace::v1::{
        Span, TracesData,
        span::{Event, Link},
    },
};
use prost::Message;

use crate::support::{JSON, PROTOBUF, TestGateway, request, span, trace_id};

/// Both encodings of a request.
fn encoded(request: &ExportTraceServiceRequest) -> [(&'static str, Vec<u8>); 2] {
    let json = serde_json::to_vec(request).unwrap();
    [(PROTOBUF, request.encode_to_vec()), (JSON, json)]
}

fn attribute(value: AnyValue) -> KeyValue {
    KeyValue {
        key: "k".to_owned(),
        value: Some(value),
        ..KeyValue::default()
    }
}

/// So many lists or maps in each other.
fn nested(depth: usize, within: fn(AnyValue) -> Value) -> KeyValue {
    let innermost = AnyValue {
        value: Some(Value::IntValue(1)),
    };
    let wrap = |value, _| AnyValue {
        value: Some(within(value)),
    };
    attribute((0..depth).fold(innermost, wrap))
}

fn list(value: AnyValue) -> Value {
    let values = vec![value];
    Value::ArrayValue(ArrayValue { values })
}

fn map(value: AnyValue) -> Value {
    let values = vec![attribute(value)];
    Value::KvlistValue(KeyValueList { values })
}

type Place = fn(&mut ExportTraceServiceRequest) -> &mut Vec<KeyValue>;

/// Everywhere that attributes are.
const PLACES: [(&str, Place); 5] = [
    ("resource", |request| {
        &mut request.resource_spans[0]
            .resource
            .as_mut()
            .unwrap()
            .attributes
    }),
    ("scope", |request| {
        let scope = request.resource_spans[0].scope_spans[0].scope.as_mut();
        &mut scope.unwrap().attributes
    }),
    ("span", |request| &mut first(request).attributes),
    ("event", |request| {
        let events = &mut first(request).events;
        events.push(Event::default());
        &mut events[0].attributes
    }),
    ("link", |request| {
        let links = &mut first(request).links;
        links.push(link());
        &mut links[0].attributes
    }),
];

fn first(request: &mut ExportTraceServiceRequest) -> &mut Span {
    &mut request.resource_spans[0].scope_spans[0].spans[0]
}

fn link() -> Link {
    Link {
        trace_id: vec![7; 16],
        span_id: vec![7; 8],
        ..Link::default()
    }
}

/// A span of trace 1 with this attribute, and one of trace 2 with another resource.
fn with_neighbour(attribute: KeyValue, place: Place) -> ExportTraceServiceRequest {
    let mut both = request("shop", vec![span(1, 1, "nested")]);
    place(&mut both).push(attribute);
    let neighbour = request("stock", vec![span(2, 1, "neighbour")]);
    both.resource_spans.extend(neighbour.resource_spans);
    both
}

#[tokio::test]
async fn what_is_nested_too_deeply_is_rejected_wherever_it_is() {
    for (name, place) in PLACES {
        for (content_type, body) in encoded(&with_neighbour(nested(17, list), place)) {
            let gateway = TestGateway::start().await;
            assert_eq!(gateway.post(content_type, body).await.status, 200);
            let status = gateway.status().await;
            assert_eq!(
                (status.spans_kept, status.rejected["too_deep"]),
                (1, 1),
                "{name}"
            );
            assert_eq!(gateway.list("").await, ["neighbour"], "{name}");
        }
    }
}

#[tokio::test]
async fn what_is_nested_as_deeply_as_allowed_is_read_again_here_and_elsewhere() {
    for (name, place) in PLACES {
        let sent = with_neighbour(nested(16, map), place);
        for (content_type, body) in encoded(&sent) {
            let (one, other) = (TestGateway::start().await, TestGateway::start().await);
            assert_eq!(one.post(content_type, body).await.status, 200);
            let trace = one.get(&format!("/api/traces/{}", trace_id(1))).await;
            let read: TracesData = serde_json::from_slice(&trace.body).unwrap();
            assert_eq!(read.resource_spans, sent.resource_spans[..1], "{name}");
            assert_eq!(other.post(JSON, trace.body).await.status, 200);
            assert_eq!(other.list("").await, ["nested"], "{name}");
        }
    }
}
