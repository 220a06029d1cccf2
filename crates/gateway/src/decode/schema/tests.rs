//! Compares the schema with the messages of `opentelemetry-proto`. Every field has a value here;
//! a new field does not compile without one.

use opentelemetry_proto::tonic::{
    collector::{logs::v1::ExportLogsServiceRequest, trace::v1::ExportTraceServiceRequest},
    common::v1::{
        AnyValue, ArrayValue, EntityRef, InstrumentationScope, KeyValue, KeyValueList,
        any_value::Value,
    },
    logs::v1::{LogRecord, ResourceLogs, ScopeLogs},
    resource::v1::Resource,
    trace::v1::{
        ResourceSpans, ScopeSpans, Span, Status,
        span::{Event, Link},
    },
};
use prost::Message;

use crate::decode::{Signal, json, schema, shape};

fn text(text: &str) -> String {
    text.to_owned()
}

fn any(value: Value) -> AnyValue {
    AnyValue { value: Some(value) }
}

fn pair(key: &str, value: Value) -> KeyValue {
    KeyValue {
        key: text(key),
        value: Some(any(value)),
        key_strindex: -3,
    }
}

fn attributes() -> Vec<KeyValue> {
    let long = "x".repeat(70_000);
    let values = vec![any(Value::StringValue(long)), any(Value::BoolValue(true))];
    vec![
        pair("int", Value::IntValue(i64::MIN)),
        pair("double", Value::DoubleValue(-0.5)),
        pair("array", Value::ArrayValue(ArrayValue { values })),
        pair(
            "map",
            Value::KvlistValue(KeyValueList {
                values: vec![pair("k", Value::BytesValue(vec![0xff, 0]))],
            }),
        ),
        pair("index", Value::StringValueStrindex(7)),
    ]
}

fn resource() -> Resource {
    let entity = EntityRef {
        schema_url: text("https://opentelemetry.io/schemas/1.41.0"),
        r#type: text("service"),
        id_keys: vec![text("service.name"), text("")],
        description_keys: vec![text("service.version")],
    };
    Resource {
        attributes: attributes(),
        dropped_attributes_count: u32::MAX,
        entity_refs: vec![entity],
    }
}

fn scope() -> InstrumentationScope {
    InstrumentationScope {
        name: text("scope"),
        version: text("1"),
        attributes: attributes(),
        dropped_attributes_count: 2,
    }
}

fn span() -> Span {
    let event = Event {
        time_unix_nano: u64::MAX,
        name: text("event"),
        attributes: attributes(),
        dropped_attributes_count: 3,
    };
    let link = Link {
        trace_id: vec![0xab; 16],
        span_id: vec![0xcd; 8],
        trace_state: text("a=b"),
        attributes: attributes(),
        dropped_attributes_count: 4,
        flags: 0x0300,
    };
    let status = Status {
        message: text("é"),
        code: -1,
    };
    Span {
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        trace_state: text("c=d"),
        parent_span_id: vec![3; 8],
        flags: u32::MAX,
        name: text("GET /"),
        kind: 3,
        start_time_unix_nano: 5,
        end_time_unix_nano: 6,
        attributes: attributes(),
        dropped_attributes_count: 7,
        events: vec![event],
        dropped_events_count: 8,
        links: vec![link],
        dropped_links_count: 9,
        status: Some(status),
    }
}

#[test]
fn json_of_every_field_becomes_the_same_message() {
    let request = ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(resource()),
            scope_spans: vec![ScopeSpans {
                scope: Some(scope()),
                spans: vec![span(), span()],
                schema_url: text("s"),
            }],
            schema_url: text("r"),
        }],
    };
    let json = serde_json::to_vec(&request).unwrap();
    let (protobuf, _) = json::to_protobuf(Signal::Traces, &json).unwrap();
    let read = ExportTraceServiceRequest::decode(&*protobuf).unwrap();
    assert_eq!(read, request);
    assert!(protobuf.len() < json.len());
}

fn log_record() -> LogRecord {
    LogRecord {
        time_unix_nano: u64::MAX,
        observed_time_unix_nano: 1,
        severity_number: 18,
        severity_text: text("error"),
        body: Some(any(Value::IntValue(-1))),
        attributes: attributes(),
        dropped_attributes_count: 2,
        flags: u32::MAX,
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        event_name: text("event"),
    }
}

#[test]
fn json_of_every_field_of_a_log_record_becomes_the_same_message() {
    let request = ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs {
            resource: Some(resource()),
            scope_logs: vec![ScopeLogs {
                scope: Some(scope()),
                log_records: vec![log_record(), LogRecord::default()],
                schema_url: text("s"),
            }],
            schema_url: text("r"),
        }],
    };
    let json = serde_json::to_vec(&request).unwrap();
    let (protobuf, _) = json::to_protobuf(Signal::Logs, &json).unwrap();
    let read = ExportLogsServiceRequest::decode(&*protobuf).unwrap();
    assert_eq!(read, request);
}

#[test]
fn fields_have_the_types_that_are_encoded() {
    for (schema, message) in [
        (&schema::RESOURCE, resource().encode_to_vec()),
        (&schema::SCOPE, scope().encode_to_vec()),
        (&schema::SPAN, span().encode_to_vec()),
        (&schema::LOG_RECORD, log_record().encode_to_vec()),
    ] {
        assert_eq!(shape::check(schema, &message), Ok(shape::Texts::default()));
    }
}
