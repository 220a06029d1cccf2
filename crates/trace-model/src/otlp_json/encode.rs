//! Encoding of spans as OTLP JSON.

use serde_json::{Value as Json, json};

use crate::{Attribute, Attributes, Event, Link, Span, SpanKind, SpanStatus, Value};

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
    let of_scope = |spans: &[&Span]| {
        json!({
            "scope": {"name": spans[0].scope.name, "version": spans[0].scope.version},
            "spans": spans.iter().map(|span| fields(span)).collect::<Vec<_>>(),
        })
    };
    let of_resource = |spans: &[&Span]| {
        let scopes = spans.chunk_by(|left, right| left.scope == right.scope);
        json!({
            "resource": {"attributes": attributes(&spans[0].resource.attributes)},
            "scopeSpans": scopes.map(of_scope).collect::<Vec<_>>(),
        })
    };
    let resources = spans.chunk_by(|left, right| left.resource == right.resource);
    json!({"resourceSpans": resources.map(of_resource).collect::<Vec<_>>()}).to_string()
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
