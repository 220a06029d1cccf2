//! Encoding of spans and log records as OTLP JSON.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::{
    Attribute, Attributes, Event, Link, Log, Resource, Scope, Span, SpanKind, SpanStatus, Value,
};

/// Encodes a span with its resource and scope as an OTLP JSON document on one line.
///
/// Any OTLP receiver accepts the document, and [`decode`](super::decode) reads it back.
///
/// # Examples
///
/// ```
/// use trace_model::{Span, otlp_json};
///
/// let trace_id = "6a2b7c1e98038103d269b633813fc60c".parse()?;
/// let span = Span::new(trace_id, "00f067aa0ba902b7".parse()?, "crud.like");
/// let document = otlp_json::encode(&span);
/// assert_eq!(otlp_json::decode(&document).spans, [span]);
/// # Ok::<(), trace_model::IdError>(())
/// ```
#[must_use]
pub fn encode(span: &Span) -> String {
    let document = json!({"resourceSpans": [{
        "resource": {"attributes": attributes(&span.resource.attributes)},
        "scopeSpans": [{
            "scope": {"name": span.scope.name, "version": span.scope.version},
            "spans": [fields(span)],
        }],
    }]});
    document.to_string()
}

/// Encodes spans as one OTLP JSON document on one line. Neighbors with one resource share it, and so
/// do those with one scope.
///
/// # Examples
///
/// ```
/// use trace_model::{Span, otlp_json};
///
/// let trace_id = "6a2b7c1e98038103d269b633813fc60c".parse()?;
/// let spans = ["00f067aa0ba902b7", "00f067aa0ba902b8"].map(str::parse);
/// let spans = [Span::new(trace_id, spans[0]?, "a"), Span::new(trace_id, spans[1]?, "b")];
/// let document = otlp_json::encode_all(&spans);
/// assert_eq!(otlp_json::decode(&document).spans, spans);
/// # Ok::<(), trace_model::IdError>(())
/// ```
#[must_use]
pub fn encode_all<'a>(spans: impl IntoIterator<Item = &'a Span>) -> String {
    let spans: Vec<&Span> = spans.into_iter().collect();
    let groups = grouped(
        &spans,
        ["scopeSpans", "spans"],
        |span| (&span.resource, &span.scope),
        fields,
    );
    json!({ "resourceSpans": groups }).to_string()
}

/// Encodes log records as the value of `resourceLogs`, in their order. Neighbors with one resource
/// share it, and so do those with one scope.
///
/// # Examples
///
/// ```
/// use trace_model::{Log, otlp_json};
///
/// let log = Log { event_name: "deployed".to_owned(), ..Log::default() };
/// let document = format!(r#"{{"resourceLogs":{}}}"#, otlp_json::encode_logs([&log]));
/// assert_eq!(otlp_json::decode_logs(&document)?, [log]);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[must_use]
pub fn encode_logs<'a>(logs: impl IntoIterator<Item = &'a Log>) -> String {
    let logs: Vec<&Log> = logs.into_iter().collect();
    let groups = grouped(
        &logs,
        ["scopeLogs", "logRecords"],
        |log| (&log.resource, &log.scope),
        log_fields,
    );
    Json::Array(groups).to_string()
}

/// Groups neighbors by resource and scope. `names` are those of the list of scopes and of records.
fn grouped<R>(
    records: &[&R],
    [scopes_name, records_name]: [&str; 2],
    origin: impl Fn(&R) -> (&Arc<Resource>, &Arc<Scope>),
    fields: impl Fn(&R) -> Json,
) -> Vec<Json> {
    let of_scope = |records: &[&R]| {
        let (_, scope) = origin(records[0]);
        json!({
            "scope": {"name": scope.name, "version": scope.version},
            records_name: records.iter().map(|record| fields(record)).collect::<Vec<_>>(),
        })
    };
    let of_resource = |records: &[&R]| {
        let (resource, _) = origin(records[0]);
        let scopes = records.chunk_by(|left, right| origin(left).1 == origin(right).1);
        json!({
            "resource": {"attributes": attributes(&resource.attributes)},
            scopes_name: scopes.map(of_scope).collect::<Vec<_>>(),
        })
    };
    let resources = records.chunk_by(|left, right| origin(left).0 == origin(right).0);
    resources.map(of_resource).collect()
}

fn log_fields(log: &Log) -> Json {
    let trace_id = log.trace_id.map(|id| id.to_string());
    let span_id = log.span_id.map(|id| id.to_string());
    json!({
        "timeUnixNano": log.time_unix_nano.to_string(),
        "observedTimeUnixNano": log.observed_unix_nano.to_string(),
        "severityNumber": log.severity_number,
        "severityText": log.severity_text,
        "eventName": log.event_name,
        "body": value(&log.body),
        "attributes": attributes(&log.attributes),
        "droppedAttributesCount": log.dropped_attributes_count,
        "flags": log.flags,
        "traceId": trace_id.unwrap_or_default(),
        "spanId": span_id.unwrap_or_default(),
    })
}

fn fields(span: &Span) -> Json {
    let parent = span.parent_span_id.map(|id| id.to_string());
    json!({
        "traceId": span.trace_id.to_string(),
        "spanId": span.span_id.to_string(),
        "parentSpanId": parent.unwrap_or_default(),
        "name": span.name,
        "kind": kind(span.kind),
        "startTimeUnixNano": span.start_unix_nano.to_string(),
        "endTimeUnixNano": span.end_unix_nano.to_string(),
        "status": status(&span.status),
        "attributes": attributes(&span.attributes),
        "events": span.events.iter().map(event).collect::<Vec<_>>(),
        "links": span.links.iter().map(link).collect::<Vec<_>>(),
    })
}

const fn kind(kind: SpanKind) -> u8 {
    match kind {
        SpanKind::Internal => 1,
        SpanKind::Server => 2,
        SpanKind::Client => 3,
        SpanKind::Producer => 4,
        SpanKind::Consumer => 5,
    }
}

fn status(status: &SpanStatus) -> Json {
    match status {
        SpanStatus::Unset => json!({}),
        SpanStatus::Ok => json!({"code": 1}),
        SpanStatus::Error(message) => json!({"code": 2, "message": message}),
    }
}

fn event(event: &Event) -> Json {
    json!({
        "timeUnixNano": event.time_unix_nano.to_string(),
        "name": event.name,
        "attributes": attributes(&event.attributes),
    })
}

fn link(link: &Link) -> Json {
    json!({
        "traceId": link.trace_id.to_string(),
        "spanId": link.span_id.to_string(),
        "attributes": attributes(&link.attributes),
    })
}

fn attributes(attributes: &Attributes) -> Json {
    let entry = |entry: &Attribute| json!({"key": entry.key, "value": value(&entry.value)});
    attributes.0.iter().map(entry).collect()
}

fn value(any: &Value) -> Json {
    match any {
        Value::String(text) => json!({"stringValue": text}),
        Value::Bool(value) => json!({"boolValue": value}),
        Value::Int(number) => json!({"intValue": number.to_string()}),
        // JSON has no infinities and no NaN; protobuf's JSON mapping writes their names.
        Value::Double(number) if number.is_finite() => json!({"doubleValue": number}),
        Value::Double(_) => json!({"doubleValue": any.to_string()}),
        Value::Bytes(base64) => json!({"bytesValue": base64}),
        Value::Array(values) => {
            let values: Vec<_> = values.iter().map(value).collect();
            json!({"arrayValue": {"values": values}})
        }
        Value::Map(entries) => json!({"kvlistValue": {"values": attributes(entries)}}),
        Value::Empty => json!({}),
    }
}
