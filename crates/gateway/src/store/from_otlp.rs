//! Converts OTLP's messages to the types of `trace-model`.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use opentelemetry_proto::tonic::{
    common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value},
    logs::v1::LogRecord,
    resource::v1::Resource as ProtoResource,
    trace::v1::{
        Span as ProtoSpan, Status as ProtoStatus,
        span::{Event as ProtoEvent, Link as ProtoLink},
    },
};
use trace_model::{
    Attribute, Attributes, Event, IdError, Link, Log, Resource, Scope, Span, SpanId, SpanKind,
    SpanStatus, TraceId, Value,
};

/// Converts a span. Fails if its ids are invalid; the store has no such span.
pub(super) fn span(
    span: ProtoSpan,
    resource: &Arc<Resource>,
    scope: &Arc<Scope>,
) -> Result<Span, IdError> {
    Ok(Span {
        trace_id: TraceId::try_from(&*span.trace_id)?,
        span_id: SpanId::try_from(&*span.span_id)?,
        // Some senders write zeros for "no parent".
        parent_span_id: SpanId::try_from(&*span.parent_span_id).ok(),
        name: span.name,
        kind: kind(span.kind),
        start_unix_nano: span.start_time_unix_nano,
        end_unix_nano: span.end_time_unix_nano,
        status: status(span.status),
        attributes: attributes(span.attributes),
        events: span.events.into_iter().map(event).collect(),
        links: span.links.into_iter().filter_map(link).collect(),
        resource: Arc::clone(resource),
        scope: Arc::clone(scope),
    })
}

/// Converts a log record. One without any time was observed at `listed`, in nanoseconds since 1970.
pub(super) fn log(
    record: LogRecord,
    listed: i64,
    (resource, scope): &(Arc<Resource>, Arc<Scope>),
) -> Log {
    let has_time = record.time_unix_nano > 0 || record.observed_time_unix_nano > 0;
    let observed_unix_nano = if has_time {
        record.observed_time_unix_nano
    } else {
        u64::try_from(listed).unwrap_or_default()
    };
    Log {
        trace_id: TraceId::try_from(&*record.trace_id).ok(),
        span_id: SpanId::try_from(&*record.span_id).ok(),
        time_unix_nano: record.time_unix_nano,
        observed_unix_nano,
        severity_number: record.severity_number,
        severity_text: record.severity_text,
        event_name: record.event_name,
        body: value(record.body),
        attributes: attributes(record.attributes),
        dropped_attributes_count: record.dropped_attributes_count,
        flags: record.flags,
        resource: Arc::clone(resource),
        scope: Arc::clone(scope),
    }
}

pub(super) fn resource(resource: ProtoResource) -> Resource {
    Resource {
        attributes: attributes(resource.attributes),
    }
}

pub(super) fn scope(scope: InstrumentationScope) -> Scope {
    Scope {
        name: scope.name,
        version: scope.version,
    }
}

const fn kind(kind: i32) -> SpanKind {
    match kind {
        2 => SpanKind::Server,
        3 => SpanKind::Client,
        4 => SpanKind::Producer,
        5 => SpanKind::Consumer,
        _ => SpanKind::Internal,
    }
}

fn status(status: Option<ProtoStatus>) -> SpanStatus {
    let status = status.unwrap_or_default();
    match status.code {
        1 => SpanStatus::Ok,
        2 => SpanStatus::Error(status.message),
        _ => SpanStatus::Unset,
    }
}

fn event(event: ProtoEvent) -> Event {
    Event {
        time_unix_nano: event.time_unix_nano,
        name: event.name,
        attributes: attributes(event.attributes),
    }
}

fn link(link: ProtoLink) -> Option<Link> {
    Some(Link {
        trace_id: TraceId::try_from(&*link.trace_id).ok()?,
        span_id: SpanId::try_from(&*link.span_id).ok()?,
        attributes: attributes(link.attributes),
    })
}

fn attributes(pairs: Vec<KeyValue>) -> Attributes {
    let pairs = pairs.into_iter();
    pairs
        .map(|pair| Attribute::new(pair.key, value(pair.value)))
        .collect()
}

fn value(value: Option<AnyValue>) -> Value {
    use any_value::Value as Any;
    match value.and_then(|value| value.value) {
        Some(Any::StringValue(text)) => Value::String(text),
        Some(Any::BoolValue(bool)) => Value::Bool(bool),
        Some(Any::IntValue(int)) => Value::Int(int),
        Some(Any::DoubleValue(double)) => Value::Double(double),
        Some(Any::ArrayValue(array)) => {
            Value::Array(array.values.into_iter().map(element).collect())
        }
        Some(Any::KvlistValue(list)) => Value::Map(attributes(list.values)),
        Some(Any::BytesValue(bytes)) => Value::Bytes(STANDARD.encode(bytes)),
        // Only OTLP profiles have the string table of this index.
        Some(Any::StringValueStrindex(_)) | None => Value::Empty,
    }
}

fn element(element: AnyValue) -> Value {
    value(Some(element))
}
