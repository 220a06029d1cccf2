//! Encoding of spans, their resource and the export request.

use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status};
use opentelemetry::{InstrumentationScope, KeyValue};

use super::attributes::{self, Attributes};
use super::writer::Writer;
use crate::clock::UnixNanos;
use crate::propagation;
use crate::record::SpanRecord;

const RESOURCE_SPANS: u8 = 1;
const RESOURCE: u8 = 1;
const RESOURCE_ATTRIBUTES: u8 = 1;
const SCOPE_SPANS: u8 = 2;
const SCOPE: u8 = 1;
const SPANS: u8 = 2;
const SCHEMA_URL: u8 = 3;
const EVENT_ATTRIBUTES: u8 = 3;
const SPAN_ATTRIBUTES: u8 = 9;
const SPAN_EVENTS: u8 = 11;
const SPAN_LINKS: u8 = 13;

/// Bits 8 and 9 of a span's flags: whether `is_remote` of the parent is known, and its value.
const HAS_IS_REMOTE: u32 = 0x100;
const IS_REMOTE: u32 = 0x200;

/// Encoded spans of one instrumentation scope.
#[derive(Debug)]
pub(crate) struct ScopeSpans<'a> {
    pub(crate) scope: &'a InstrumentationScope,
    pub(crate) spans: Vec<&'a [u8]>,
}

/// Encodes the body of `POST /v1/traces`.
pub(crate) fn encode_request(resource: &[u8], scopes: &[ScopeSpans<'_>]) -> Vec<u8> {
    let mut writer = Writer::default();
    let resource_spans = writer.begin(RESOURCE_SPANS);
    writer.bytes_always(RESOURCE, resource);
    for scope in scopes {
        let scope_spans = writer.begin(SCOPE_SPANS);
        write_scope_spans(&mut writer, scope);
        writer.end(scope_spans);
    }
    writer.end(resource_spans);
    writer.into_bytes()
}

pub(crate) const fn resource_attributes() -> Attributes {
    Attributes::new(RESOURCE_ATTRIBUTES)
}

pub(crate) const fn span_attributes() -> Attributes {
    Attributes::new(SPAN_ATTRIBUTES)
}

pub(crate) const fn event_attributes() -> Attributes {
    Attributes::new(EVENT_ATTRIBUTES)
}

pub(crate) fn encode_span(span: &SpanRecord) -> Vec<u8> {
    let mut writer = Writer::default();
    write_identity(&mut writer, &span.context);
    if span.parent_span_id != SpanId::INVALID {
        writer.bytes(4, &span.parent_span_id.to_bytes());
    }
    writer.string(5, &span.name);
    writer.varint(6, kind_number(&span.kind));
    writer.fixed64(7, span.start);
    writer.fixed64(8, span.end);
    writer.raw(span.attributes.bytes());
    writer.varint(10, span.attributes.dropped.into());
    writer.raw(span.events_and_links.as_bytes());
    writer.varint(12, span.events.dropped.into());
    writer.varint(14, span.links.dropped.into());
    write_status(&mut writer, &span.status);
    writer.fixed32(16, flags(&span.context, span.parent_is_remote));
    writer.into_bytes()
}

fn write_scope_spans(writer: &mut Writer, scope_spans: &ScopeSpans<'_>) {
    let scope = scope_spans.scope;
    let message = writer.begin(SCOPE);
    writer.string(1, scope.name());
    writer.string(2, scope.version().unwrap_or_default());
    attributes::write_all(writer, 3, scope.attributes());
    writer.end(message);
    for span in &scope_spans.spans {
        writer.bytes_always(SPANS, span);
    }
    writer.string(SCHEMA_URL, scope.schema_url().unwrap_or_default());
}

/// Writes the first three fields, which spans and links share.
fn write_identity(writer: &mut Writer, context: &SpanContext) {
    writer.bytes(1, &context.trace_id().to_bytes());
    writer.bytes(2, &context.span_id().to_bytes());
    writer.string(3, &propagation::tracestate(context.trace_state()));
}

pub(super) fn kind_number(kind: &SpanKind) -> u64 {
    match kind {
        SpanKind::Internal => 1,
        SpanKind::Server => 2,
        SpanKind::Client => 3,
        SpanKind::Producer => 4,
        SpanKind::Consumer => 5,
    }
}

pub(crate) fn write_event(
    writer: &mut Writer,
    name: &str,
    time: UnixNanos,
    (attributes, dropped): (&[KeyValue], u32),
) {
    let event = writer.begin(SPAN_EVENTS);
    writer.fixed64(1, time);
    writer.string(2, name);
    attributes::write_all(writer, EVENT_ATTRIBUTES, attributes);
    writer.varint(4, dropped.into());
    writer.end(event);
}

/// Writes an event whose attributes are encoded, with the field number of [`event_attributes`].
pub(crate) fn write_encoded_event(
    writer: &mut Writer,
    name: &str,
    time: UnixNanos,
    attributes: &Attributes,
) {
    let event = writer.begin(SPAN_EVENTS);
    writer.fixed64(1, time);
    writer.string(2, name);
    writer.raw(attributes.bytes());
    writer.end(event);
}

pub(crate) fn write_link(
    writer: &mut Writer,
    context: &SpanContext,
    (attributes, dropped): (&[KeyValue], u32),
) {
    let link = writer.begin(SPAN_LINKS);
    write_identity(writer, context);
    attributes::write_all(writer, 4, attributes);
    writer.varint(5, dropped.into());
    writer.fixed32(6, flags(context, context.is_remote()));
    writer.end(link);
}

pub(super) fn flags(context: &SpanContext, is_remote: bool) -> u32 {
    let remote = if is_remote { IS_REMOTE } else { 0 };
    u32::from(context.trace_flags().to_u8()) | HAS_IS_REMOTE | remote
}

fn write_status(writer: &mut Writer, status: &Status) {
    let message = writer.begin(15);
    match status {
        Status::Unset => {}
        Status::Ok => writer.varint(3, 1),
        Status::Error { description } => {
            writer.string(2, description);
            writer.varint(3, 2);
        }
    }
    writer.end(message);
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
