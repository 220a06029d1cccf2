//! Encoding of the events and links of a span. They are encoded when they are added.

use opentelemetry::KeyValue;
use opentelemetry::trace::SpanContext;

use crate::core::clock::UnixNanos;
use crate::core::otlp::attributes::{self, Attributes, EVENT_ATTRIBUTES, MAX_ITEMS_PER_SPAN};
use crate::core::otlp::writer::Writer;
use crate::core::propagation::traceparent;

const SPAN_EVENTS: u8 = 11;
const SPAN_LINKS: u8 = 13;

/// Bits 8 and 9 of a span's flags: whether `is_remote` of the parent is known, and its value.
const HAS_IS_REMOTE: u32 = 0x100;
const IS_REMOTE: u32 = 0x200;

/// Writes the first three fields, which spans and links share.
pub(super) fn write_identity(writer: &mut Writer, context: &SpanContext) {
    writer.bytes(1, &context.trace_id().to_bytes());
    writer.bytes(2, &context.span_id().to_bytes());
    writer.string(3, &traceparent::tracestate(context.trace_state()));
}

pub(crate) fn write_event(
    writer: &mut Writer,
    name: &str,
    time: UnixNanos,
    attributes: (&[KeyValue], u32),
) {
    let (attributes, dropped) = bounded(attributes);
    let event = writer.begin(SPAN_EVENTS);
    writer.fixed64(1, time);
    writer.string(2, name);
    attributes::write_all(writer, EVENT_ATTRIBUTES, attributes);
    writer.varint(4, dropped.into());
    writer.end(event);
}

/// Writes an event whose attributes are encoded, with the field number of [`attributes::event_attributes`].
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
    attributes: (&[KeyValue], u32),
) {
    let (attributes, dropped) = bounded(attributes);
    let link = writer.begin(SPAN_LINKS);
    write_identity(writer, context);
    attributes::write_all(writer, 4, attributes);
    writer.varint(5, dropped.into());
    writer.fixed32(6, flags(context, context.is_remote()));
    writer.end(link);
}

/// Returns the attributes within the limit, and the number of the others and of those dropped before.
fn bounded((attributes, dropped): (&[KeyValue], u32)) -> (&[KeyValue], u32) {
    let within = attributes.get(..MAX_ITEMS_PER_SPAN as usize);
    let within = within.unwrap_or(attributes);
    (within, dropped + (attributes.len() - within.len()) as u32)
}

pub(super) fn flags(context: &SpanContext, is_remote: bool) -> u32 {
    let remote = if is_remote { IS_REMOTE } else { 0 };
    u32::from(context.trace_flags().to_u8()) | HAS_IS_REMOTE | remote
}
