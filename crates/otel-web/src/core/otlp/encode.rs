//! Encoding of spans, their resource and the export request.

use opentelemetry::InstrumentationScope;
use opentelemetry::trace::{SpanId, SpanKind, Status};

use crate::core::otlp::attributes;
use crate::core::otlp::items::{flags, write_identity};
use crate::core::otlp::writer::Writer;
use crate::core::record::SpanRecord;

const RESOURCE_SPANS: u8 = 1;
const RESOURCE: u8 = 1;
const SCOPE_SPANS: u8 = 2;
const SCOPE: u8 = 1;
const SPANS: u8 = 2;
const SCHEMA_URL: u8 = 3;

/// The maximum number of bytes before a span in its request: a tag and a length.
const SPAN_HEADER_BYTES: usize = 4;
/// Enough for the names of a few scopes, and for the tags and lengths around them.
const ENVELOPE_BYTES: usize = 256;
/// Enough for the fields of fixed size of a span, and the trace state of this crate's sampler.
const FIXED_FIELDS_BYTES: usize = 112;

/// Encoded spans of one instrumentation scope.
#[derive(Debug)]
pub(crate) struct ScopeSpans<'a> {
    pub(crate) scope: &'a InstrumentationScope,
    pub(crate) spans: Vec<&'a [u8]>,
}

/// Encodes the body of `POST /v1/traces`.
pub(crate) fn encode_request(resource: &[u8], scopes: &[ScopeSpans<'_>]) -> Vec<u8> {
    let spans = scopes.iter().flat_map(|scope| &scope.spans);
    let bytes: usize = spans.map(|span| span.len() + SPAN_HEADER_BYTES).sum();
    let mut writer = Writer::with_capacity(resource.len() + bytes + ENVELOPE_BYTES);
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

pub(crate) fn encode_span(span: &SpanRecord) -> Vec<u8> {
    let [attributes, events_and_links] =
        [span.attributes.bytes(), span.events_and_links.as_bytes()];
    let bytes = span.name.len() + attributes.len() + events_and_links.len();
    let mut writer = Writer::with_capacity(bytes + FIXED_FIELDS_BYTES);
    write_identity(&mut writer, &span.context);
    if span.parent_span_id != SpanId::INVALID {
        writer.bytes(4, &span.parent_span_id.to_bytes());
    }
    writer.string(5, &span.name);
    writer.varint(6, kind_number(&span.kind));
    writer.fixed64(7, span.start);
    writer.fixed64(8, span.end);
    writer.raw(attributes);
    writer.varint(10, span.attributes.dropped.into());
    writer.raw(events_and_links);
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

pub(super) fn kind_number(kind: &SpanKind) -> u64 {
    match kind {
        SpanKind::Internal => 1,
        SpanKind::Server => 2,
        SpanKind::Client => 3,
        SpanKind::Producer => 4,
        SpanKind::Consumer => 5,
    }
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
