//! Spans, their resource and the export request, field by field as the `.proto` files number them.

use opentelemetry::trace::{Event, Link, SpanContext, SpanId, SpanKind, Status};
use opentelemetry::{Array, InstrumentationScope, KeyValue, Value};

use super::writer::Writer;
use crate::clock::from_system_time;
use crate::record::SpanRecord;

const RESOURCE_SPANS: u32 = 1;
const RESOURCE: u32 = 1;
const RESOURCE_ATTRIBUTES: u32 = 1;
const SCOPE_SPANS: u32 = 2;
const SCOPE: u32 = 1;
const SPANS: u32 = 2;
const SCHEMA_URL: u32 = 3;

/// Bits 8 and 9 of a span's flags: whether it is known that, and that, its parent is remote.
const HAS_IS_REMOTE: u32 = 0x100;
const IS_REMOTE: u32 = 0x200;

/// Encoded spans of one instrumentation scope.
#[derive(Debug)]
pub(crate) struct ScopeSpans<'a> {
    pub(crate) scope: &'a InstrumentationScope,
    pub(crate) spans: Vec<&'a [u8]>,
}

/// The body of `POST /v1/traces`.
pub(crate) fn encode_request(resource: &[u8], scopes: &[ScopeSpans<'_>]) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.message(RESOURCE_SPANS, |resource_spans| {
        resource_spans.bytes_always(RESOURCE, resource);
        for scope in scopes {
            resource_spans.message(SCOPE_SPANS, |w| write_scope_spans(w, scope));
        }
    });
    writer.into_bytes()
}

pub(crate) fn encode_resource(attributes: &[KeyValue]) -> Vec<u8> {
    let mut writer = Writer::default();
    write_attributes(&mut writer, RESOURCE_ATTRIBUTES, attributes);
    writer.into_bytes()
}

pub(crate) fn encode_span(span: &SpanRecord) -> Vec<u8> {
    let mut writer = Writer::default();
    write_identity(&mut writer, span);
    writer.string(5, &span.name);
    writer.varint(6, kind_number(&span.kind));
    writer.fixed64(7, span.start);
    writer.fixed64(8, span.end);
    write_attributes(&mut writer, 9, &span.attributes);
    writer.varint(10, span.dropped_attributes.into());
    for event in &span.events {
        writer.message(11, |w| write_event(w, event));
    }
    writer.varint(12, span.dropped_events.into());
    for link in &span.links {
        writer.message(13, |w| write_link(w, link));
    }
    writer.varint(14, span.dropped_links.into());
    writer.message(15, |w| write_status(w, &span.status));
    writer.fixed32(16, flags(&span.context, span.parent_is_remote));
    writer.into_bytes()
}

fn write_scope_spans(writer: &mut Writer, scope_spans: &ScopeSpans<'_>) {
    let scope = scope_spans.scope;
    writer.message(SCOPE, |w| {
        w.string(1, scope.name());
        w.string(2, scope.version().unwrap_or_default());
        for attribute in scope.attributes() {
            w.message(3, |w| write_attribute(w, attribute));
        }
    });
    for span in &scope_spans.spans {
        writer.bytes_always(SPANS, span);
    }
    writer.string(SCHEMA_URL, scope.schema_url().unwrap_or_default());
}

fn write_identity(writer: &mut Writer, span: &SpanRecord) {
    writer.bytes(1, &span.context.trace_id().to_bytes());
    writer.bytes(2, &span.context.span_id().to_bytes());
    writer.string(3, &span.context.trace_state().header());
    if span.parent_span_id != SpanId::INVALID {
        writer.bytes(4, &span.parent_span_id.to_bytes());
    }
}

fn kind_number(kind: &SpanKind) -> u64 {
    match kind {
        SpanKind::Internal => 1,
        SpanKind::Server => 2,
        SpanKind::Client => 3,
        SpanKind::Producer => 4,
        SpanKind::Consumer => 5,
    }
}

fn write_event(writer: &mut Writer, event: &Event) {
    writer.fixed64(1, from_system_time(event.timestamp));
    writer.string(2, &event.name);
    write_attributes(writer, 3, &event.attributes);
    writer.varint(4, event.dropped_attributes_count.into());
}

fn write_link(writer: &mut Writer, link: &Link) {
    let context = &link.span_context;
    writer.bytes(1, &context.trace_id().to_bytes());
    writer.bytes(2, &context.span_id().to_bytes());
    writer.string(3, &context.trace_state().header());
    write_attributes(writer, 4, &link.attributes);
    writer.varint(5, link.dropped_attributes_count.into());
    writer.fixed32(6, flags(context, context.is_remote()));
}

fn flags(context: &SpanContext, is_remote: bool) -> u32 {
    let remote = if is_remote { IS_REMOTE } else { 0 };
    u32::from(context.trace_flags().to_u8()) | HAS_IS_REMOTE | remote
}

fn write_status(writer: &mut Writer, status: &Status) {
    match status {
        Status::Unset => {}
        Status::Ok => writer.varint(3, 1),
        Status::Error { description } => {
            writer.string(2, description);
            writer.varint(3, 2);
        }
    }
}

fn write_attributes(writer: &mut Writer, field: u32, attributes: &[KeyValue]) {
    for attribute in attributes {
        writer.message(field, |w| write_attribute(w, attribute));
    }
}

fn write_attribute(writer: &mut Writer, attribute: &KeyValue) {
    writer.string(1, attribute.key.as_str());
    writer.message(2, |w| write_value(w, &attribute.value));
}

fn write_value(writer: &mut Writer, value: &Value) {
    match value {
        Value::String(text) => write_text(writer, text.as_str()),
        Value::Bool(truth) => writer.varint_always(2, (*truth).into()),
        Value::I64(number) => writer.varint_always(3, *number as u64),
        Value::F64(number) => writer.fixed64_always(4, number.to_bits()),
        Value::Array(items) => writer.message(5, |w| write_array(w, items)),
        // A kind the API has grown since: a value without content, as the decoder allows.
        _ => {}
    }
}

fn write_text(writer: &mut Writer, text: &str) {
    writer.bytes_always(1, text.as_bytes());
}

fn write_array(writer: &mut Writer, items: &Array) {
    match items {
        Array::Bool(items) => {
            write_items(writer, items, |w, item| w.varint_always(2, (*item).into()))
        }
        Array::I64(items) => write_items(writer, items, |w, item| w.varint_always(3, *item as u64)),
        Array::F64(items) => {
            write_items(writer, items, |w, item| w.fixed64_always(4, item.to_bits()))
        }
        Array::String(items) => write_items(writer, items, |w, item| write_text(w, item.as_str())),
        _ => {}
    }
}

fn write_items<T>(writer: &mut Writer, items: &[T], write: impl Fn(&mut Writer, &T)) {
    for item in items {
        writer.message(1, |w| write(w, item));
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
#[path = "encode_tests.rs"]
mod tests;
