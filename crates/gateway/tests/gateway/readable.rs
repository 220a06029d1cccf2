//! Accepted spans can be read by the store, by the sinks' receivers, and by another gateway. A
//! span that cannot is rejected, and the other spans of its request are accepted.

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{AnyValue, ArrayValue, KeyValue, KeyValueList, any_value::Value},
    trace::v1::{
        Span, TracesData,
        span::{Event, Link},
    },
};
use otel_web_gateway::Otlp;
use prost::Message;
use serde_json::json;

use crate::support::{FakeHoneycomb, JSON, PROTOBUF, TestGateway, request, span, trace_id};

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

/// Returns an attribute with this many nested lists or maps.
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

type Attributes = fn(&mut ExportTraceServiceRequest) -> &mut Vec<KeyValue>;

/// All lists of attributes in a request.
const ATTRIBUTE_LISTS: [(&str, Attributes); 5] = [
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

/// Returns a span of trace 1 with this attribute, and one of trace 2 with another resource.
fn two_traces(attribute: KeyValue, attributes: Attributes) -> ExportTraceServiceRequest {
    let mut both = request("shop", vec![span(1, 1, "nested")]);
    attributes(&mut both).push(attribute);
    let other = request("stock", vec![span(2, 1, "other")]);
    both.resource_spans.extend(other.resource_spans);
    both
}

#[tokio::test]
async fn deeply_nested_attribute_is_rejected_everywhere() {
    for (name, attributes) in ATTRIBUTE_LISTS {
        for (content_type, body) in encoded(&two_traces(nested(17, list), attributes)) {
            let gateway = TestGateway::start().await;
            assert_eq!(gateway.post(content_type, body).await.status, 200);
            let status = gateway.status().await;
            assert_eq!(
                (status.spans_kept, status.rejected["too_deep"]),
                (1, 1),
                "{name}"
            );
            assert_eq!(gateway.list("").await, ["other"], "{name}");
        }
    }
}

#[tokio::test]
async fn attribute_nested_up_to_the_limit_is_exported_and_imported() {
    for (name, attributes) in ATTRIBUTE_LISTS {
        let sent = two_traces(nested(16, map), attributes);
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

#[tokio::test]
async fn link_with_an_id_of_the_wrong_length_is_rejected() {
    let links = [
        (vec![7; 15], vec![7; 8]),
        (vec![7; 17], vec![7; 8]),
        (vec![7; 16], vec![7; 7]),
        (vec![], vec![7]),
    ];
    for (trace_id, span_id) in links {
        let mut bad = span(1, 1, "bad");
        bad.links = vec![
            link(),
            Link {
                trace_id,
                span_id,
                ..Link::default()
            },
        ];
        for (content_type, body) in encoded(&request("shop", vec![bad, span(2, 1, "good")])) {
            assert_only_the_valid_span_is_exported(content_type, body).await;
        }
    }
}

#[tokio::test]
async fn link_with_an_id_that_is_not_hex_is_rejected() {
    let ids = |of: u8| json!({"traceId": trace_id(of), "spanId": "02".repeat(8), "name": "good"});
    let mut bad = ids(1);
    bad["links"] = json!([{"traceId": "x".repeat(32), "spanId": "02".repeat(8)}]);
    let body = json!({"resourceSpans": [{"scopeSpans": [{"spans": [bad, ids(2)]}]}]});
    assert_only_the_valid_span_is_exported(JSON, body.to_string().into()).await;
}

/// Uses a strict receiver, which rejects a batch with an invalid link.
async fn assert_only_the_valid_span_is_exported(content_type: &str, body: Vec<u8>) {
    let fake = FakeHoneycomb::collector([]).await;
    let gateway = TestGateway::start_with(|config| config.otlp = Some(Otlp::new(&fake.url))).await;
    assert_eq!(gateway.post(content_type, body).await.status, 200);
    let status = gateway
        .status_when(|status| status.sinks[1].sent == 1)
        .await;
    assert_eq!(status.rejected["invalid_link"], 1);
    let spans = fake.spans();
    let names: Vec<_> = spans.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(names, ["good"]);
}

#[tokio::test]
async fn link_without_ids_is_stored() {
    let mut sent = span(1, 1, "a");
    sent.links = vec![Link::default()];
    let gateway = TestGateway::start().await;
    gateway.export(request("shop", vec![sent.clone()])).await;
    let trace = gateway.get(&format!("/api/traces/{}", trace_id(1))).await;
    let mut trace: TracesData = serde_json::from_slice(&trace.body).unwrap();
    let stored = trace.resource_spans.remove(0).scope_spans.remove(0).spans;
    assert_eq!(stored, [sent]);
}
