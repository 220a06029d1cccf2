//! One span, or the reason why it is none.

use std::{fmt::Display, str::FromStr, sync::Arc};

use serde_json::Value as Json;

use super::{
    fields::{array, field, nanos, text},
    value::attributes,
};
use crate::{Event, Link, Resource, Scope, Span, SpanId, SpanKind, SpanStatus};

pub(super) fn read(
    json: &Json,
    resource: &Arc<Resource>,
    scope: &Arc<Scope>,
) -> Result<Span, String> {
    Ok(Span {
        trace_id: id("trace id", text(json, "traceId", "trace_id"))?,
        span_id: id("span id", text(json, "spanId", "span_id"))?,
        parent_span_id: parent(text(json, "parentSpanId", "parent_span_id"))?,
        name: text(json, "name", "name").to_owned(),
        kind: kind(field(json, "kind", "kind")),
        start_unix_nano: nanos(json, "startTimeUnixNano", "start_time_unix_nano")?,
        end_unix_nano: nanos(json, "endTimeUnixNano", "end_time_unix_nano")?,
        status: field(json, "status", "status").map_or(SpanStatus::Unset, status),
        attributes: attributes(json),
        events: array(json, "events", "events")
            .iter()
            .filter_map(event)
            .collect(),
        links: array(json, "links", "links")
            .iter()
            .filter_map(link)
            .collect(),
        resource: Arc::clone(resource),
        scope: Arc::clone(scope),
    })
}

fn id<T: FromStr<Err: Display>>(what: &str, hex: &str) -> Result<T, String> {
    hex.parse().map_err(|error| format!("{what}: {error}"))
}

/// Some senders write "no parent" as zeros.
fn parent(hex: &str) -> Result<Option<SpanId>, String> {
    if hex.bytes().all(|digit| digit == b'0') {
        return Ok(None);
    }
    id("parent span id", hex).map(Some)
}

fn kind(json: Option<&Json>) -> SpanKind {
    match json.and_then(|json| enum_name(json, "SPAN_KIND_")) {
        Some("SERVER" | "2") => SpanKind::Server,
        Some("CLIENT" | "3") => SpanKind::Client,
        Some("PRODUCER" | "4") => SpanKind::Producer,
        Some("CONSUMER" | "5") => SpanKind::Consumer,
        _ => SpanKind::Internal,
    }
}

fn status(json: &Json) -> SpanStatus {
    let code = field(json, "code", "code").and_then(|code| enum_name(code, "STATUS_CODE_"));
    match code {
        Some("OK" | "1") => SpanStatus::Ok,
        Some("ERROR" | "2") => SpanStatus::Error(text(json, "message", "message").to_owned()),
        _ => SpanStatus::Unset,
    }
}

/// OTLP JSON writes enums as numbers; protobuf's own JSON mapping also allows names.
fn enum_name<'a>(json: &'a Json, prefix: &str) -> Option<&'a str> {
    const DIGITS: [&str; 6] = ["0", "1", "2", "3", "4", "5"];
    match json {
        Json::String(name) => Some(name.strip_prefix(prefix).unwrap_or(name)),
        number => DIGITS.get(usize::try_from(number.as_u64()?).ok()?).copied(),
    }
}

fn event(json: &Json) -> Option<Event> {
    Some(Event {
        time_unix_nano: nanos(json, "timeUnixNano", "time_unix_nano").ok()?,
        name: text(json, "name", "name").to_owned(),
        attributes: attributes(json),
    })
}

fn link(json: &Json) -> Option<Link> {
    Some(Link {
        trace_id: text(json, "traceId", "trace_id").parse().ok()?,
        span_id: text(json, "spanId", "span_id").parse().ok()?,
        attributes: attributes(json),
    })
}
