//! Truncates spans and log records to limits, as an SDK's limits do.
//!
//! The rules are OpenTelemetry's [attribute limits]: texts are truncated, and attributes, events
//! and links beyond a number are dropped and counted in `dropped_attributes_count` and its like.
//! An SDK's default limits are far lower (128 of each), so only senders without limits reach
//! these. A record within the limits is stored unchanged.
//!
//! [attribute limits]: https://opentelemetry.io/docs/specs/otel/common/#attribute-limits

use bytes::Bytes;

use super::{
    schema::{self, Field, Kind, Schema},
    shape,
    warnings::Repair,
    wire_format::{
        Fields, Raw, WireError, WireType, varint_value, write_delimited, write_key, write_varint,
    },
};

/// The size limit of names of spans, events and scopes, of keys, trace states and the like.
pub(crate) const MAX_NAME_BYTES: usize = 4 << 10;

/// The size limit of a value: its text, its bytes, or its encoded list or map. Also that of a
/// status message.
pub(crate) const MAX_VALUE_BYTES: usize = 1 << 20;

/// Values within one list or map.
const MAX_VALUE_PARTS: usize = 10_000;

/// Attributes of a span, a log record, a resource, a scope, an event or a link.
pub(crate) const MAX_ATTRIBUTES: usize = 1_024;

/// Events of a span.
const MAX_EVENTS: usize = 10_000;

/// Links of a span.
const MAX_LINKS: usize = 1_024;

/// The lowest of these limits. Only a message with more parts needs a closer check.
pub(super) const MIN_COUNT_LIMIT: usize = MAX_ATTRIBUTES;

/// The end of a truncated text.
const ELLIPSIS: &[u8] = "…".as_bytes();

/// The repairs that change a record. Each is counted once per record.
const REPAIRS: [Repair; 7] = [
    Repair::InvalidId,
    Repair::NameTooLong,
    Repair::KeyTooLong,
    Repair::ValueTooLong,
    Repair::TooManyAttributes,
    Repair::TooManyEvents,
    Repair::TooManyLinks,
];

/// A set of repairs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct RepairSet(u8);

impl RepairSet {
    pub(super) const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn iter(self) -> impl Iterator<Item = Repair> {
        REPAIRS
            .into_iter()
            .filter(move |repair| self.0 & bit(*repair) != 0)
    }

    pub(super) fn insert(&mut self, repair: Repair) {
        self.0 |= bit(repair);
    }
}

fn bit(repair: Repair) -> u8 {
    let index = REPAIRS.iter().position(|known| *known == repair);
    index.map_or(0, |index| 1 << index)
}

/// Returns the size limit of a text in such a message.
pub(super) fn max_text_bytes(schema: &'static Schema) -> usize {
    if std::ptr::eq(schema, &schema::ANY_VALUE) || std::ptr::eq(schema, &schema::STATUS) {
        MAX_VALUE_BYTES
    } else {
        MAX_NAME_BYTES
    }
}

/// Returns the message within the limits, and the repairs. The result is never longer than the
/// message, except for the counts of dropped parts.
pub(super) fn truncate(
    schema: &'static Schema,
    message: &[u8],
) -> Result<(Bytes, RepairSet), WireError> {
    let mut truncator = Truncator::default();
    let mut out = Vec::new();
    truncator.message(schema, message, &mut out)?;
    Ok((out.into(), truncator.repairs))
}

/// Returns the URL of a schema, or an empty one if it is too long.
pub(super) fn schema_url<'a>(url: &'a [u8], repairs: &mut RepairSet) -> &'a [u8] {
    if url.len() <= MAX_NAME_BYTES {
        return url;
    }
    repairs.insert(Repair::NameTooLong);
    &url[..0]
}

/// A list with a limit.
struct LimitedList {
    field: &'static str,
    /// The field that counts dropped elements.
    dropped_field: &'static str,
    limit: usize,
    repair: Repair,
}

const LISTS: [LimitedList; 3] = [
    LimitedList {
        field: "attributes",
        dropped_field: "droppedAttributesCount",
        limit: MAX_ATTRIBUTES,
        repair: Repair::TooManyAttributes,
    },
    LimitedList {
        field: "events",
        dropped_field: "droppedEventsCount",
        limit: MAX_EVENTS,
        repair: Repair::TooManyEvents,
    },
    LimitedList {
        field: "links",
        dropped_field: "droppedLinksCount",
        limit: MAX_LINKS,
        repair: Repair::TooManyLinks,
    },
];

/// The elements of one of [`LISTS`] in one message.
#[derive(Default)]
struct ListCount {
    elements: usize,
    dropped: u64,
    dropped_by_sender: u64,
}

#[derive(Default)]
struct Truncator {
    repairs: RepairSet,
}

impl Truncator {
    fn message(
        &mut self,
        schema: &'static Schema,
        message: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), WireError> {
        let mut counts: [ListCount; LISTS.len()] = Default::default();
        for field in Fields(message).with_encoded() {
            let (raw, encoded) = field?;
            let Some(field) = schema.field(raw.number) else {
                out.extend_from_slice(encoded);
                continue;
            };
            if let Some(list) = LISTS
                .iter()
                .position(|list| list.dropped_field == field.name)
            {
                counts[list].dropped_by_sender = varint_value(encoded);
                continue;
            }
            if let Some(index) = LISTS.iter().position(|list| list.field == field.name)
                && self.is_dropped(field, raw, &LISTS[index], &mut counts[index])?
            {
                continue;
            }
            self.field(schema, field, (raw, encoded), out)?;
        }
        write_counts(schema, &counts, out);
        Ok(())
    }

    /// Whether an element of a list is beyond its limit, or too large.
    fn is_dropped(
        &mut self,
        field: &'static Field,
        raw: Raw<'_>,
        list: &LimitedList,
        count: &mut ListCount,
    ) -> Result<bool, WireError> {
        count.elements += 1;
        if count.elements > list.limit {
            self.repairs.insert(list.repair);
        } else if has_huge_value(field, raw.content)? {
            self.repairs.insert(Repair::ValueTooLong);
        } else {
            return Ok(false);
        }
        count.dropped += 1;
        Ok(true)
    }

    fn field(
        &mut self,
        schema: &'static Schema,
        field: &'static Field,
        (raw, encoded): (Raw<'_>, &[u8]),
        out: &mut Vec<u8>,
    ) -> Result<(), WireError> {
        let max_bytes = max_text_bytes(schema);
        match field.kind {
            Kind::Text | Kind::Texts if raw.content.len() > max_bytes => {
                self.text(field, raw.content, max_bytes, out);
            }
            Kind::Bytes if raw.content.len() > MAX_VALUE_BYTES => {
                self.repairs.insert(Repair::ValueTooLong);
                write_bytes(field, &raw.content[..MAX_VALUE_BYTES], &[], out);
            }
            Kind::Message(part) if has_huge_list(part, raw.content)? => {
                self.repairs.insert(Repair::ValueTooLong);
            }
            Kind::Message(part) | Kind::Messages(part) | Kind::Nested(part) => {
                let nested = |out: &mut Vec<u8>| self.message(part, raw.content, out);
                write_delimited(raw.number, out, nested)?;
            }
            _ => out.extend_from_slice(encoded),
        }
        Ok(())
    }

    fn text(&mut self, field: &'static Field, text: &[u8], max_bytes: usize, out: &mut Vec<u8>) {
        self.repairs.insert(match field.name {
            "key" => Repair::KeyTooLong,
            "stringValue" | "message" => Repair::ValueTooLong,
            _ => Repair::NameTooLong,
        });
        // A truncated trace state would be invalid, so it is dropped.
        if field.name != "traceState" {
            let end = char_boundary(text, max_bytes - ELLIPSIS.len());
            write_bytes(field, &text[..end], ELLIPSIS, out);
        }
    }
}

/// Whether an attribute has a list or map that is too large. Truncating one would change its
/// meaning, so the attribute is dropped.
fn has_huge_value(field: &'static Field, attribute: &[u8]) -> Result<bool, WireError> {
    let Kind::Messages(schema) = field.kind else {
        return Ok(false);
    };
    if !std::ptr::eq(schema, &schema::KEY_VALUE) {
        return Ok(false);
    }
    for raw in Fields(attribute) {
        let raw = raw?;
        let is_value = raw.number == schema::VALUE_NUMBER && raw.wire_type == WireType::Delimited;
        if is_value && has_huge_list(&schema::ANY_VALUE, raw.content)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a message is a value with a list or map that is too large. The body of a log record is
/// then dropped.
fn has_huge_list(schema: &'static Schema, message: &[u8]) -> Result<bool, WireError> {
    if !std::ptr::eq(schema, &schema::ANY_VALUE) {
        return Ok(false);
    }
    for value in Fields(message) {
        let value = value?;
        let kind = schema.field(value.number).map(|field| field.kind);
        let is_nested = matches!(kind, Some(Kind::Nested(_)));
        let is_large = value.content.len() > MAX_VALUE_BYTES
            || value.content.len() > MAX_VALUE_PARTS
                && shape::parts(schema, message) > MAX_VALUE_PARTS;
        if is_nested && is_large {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns the message without the fields of these numbers.
pub(super) fn without_fields(message: &[u8], numbers: &[u32]) -> Result<Bytes, WireError> {
    let mut out = Vec::with_capacity(message.len());
    for field in Fields(message).with_encoded() {
        let (raw, encoded) = field?;
        if !numbers.contains(&raw.number) {
            out.extend_from_slice(encoded);
        }
    }
    Ok(out.into())
}

/// Writes the counts of dropped elements.
fn write_counts(schema: &'static Schema, counts: &[ListCount; LISTS.len()], out: &mut Vec<u8>) {
    for (count, list) in counts.iter().zip(&LISTS) {
        let dropped = count.dropped_by_sender.saturating_add(count.dropped);
        let field = schema
            .0
            .iter()
            .find(|field| field.name == list.dropped_field);
        if let (Some(field), 1..) = (field, dropped) {
            write_key(field.number, WireType::Varint, out);
            write_varint(dropped.min(u32::MAX.into()), out);
        }
    }
}

fn write_bytes(field: &Field, bytes: &[u8], end: &[u8], out: &mut Vec<u8>) {
    write_key(field.number, WireType::Delimited, out);
    write_varint((bytes.len() + end.len()) as u64, out);
    out.extend_from_slice(bytes);
    out.extend_from_slice(end);
}

/// Returns the end of the last whole character within `max_bytes`. The text may be invalid UTF-8.
fn char_boundary(text: &[u8], max_bytes: usize) -> usize {
    let is_continuation = |index: &usize| text[*index] & 0xc0 == 0x80;
    let start = max_bytes.saturating_sub(3);
    let boundary = (start..=max_bytes)
        .rev()
        .find(|index| !is_continuation(index));
    boundary.unwrap_or(max_bytes)
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::{
        common::v1::{AnyValue, ArrayValue, KeyValue, any_value::Value},
        trace::v1::{
            Span,
            span::{Event, Link},
        },
    };
    use prost::Message;

    use super::*;

    fn attribute(key: &str, value: Value) -> KeyValue {
        KeyValue {
            key: key.to_owned(),
            value: Some(AnyValue { value: Some(value) }),
            ..KeyValue::default()
        }
    }

    fn text(bytes: usize) -> Value {
        Value::StringValue("x".repeat(bytes))
    }

    /// Returns the span within the limits, and the repairs.
    fn truncated(span: &Span) -> (Span, Vec<Repair>) {
        let encoded = span.encode_to_vec();
        let (truncated, repairs) = truncate(&schema::SPAN, &encoded).unwrap();
        (Span::decode(truncated).unwrap(), repairs.iter().collect())
    }

    #[test]
    fn span_within_the_limits_is_unchanged() {
        let mut span = Span {
            name: "x".repeat(MAX_NAME_BYTES),
            dropped_attributes_count: 7,
            ..Span::default()
        };
        span.attributes = vec![attribute("a", text(MAX_VALUE_BYTES)); MAX_ATTRIBUTES / 64];
        assert_eq!(truncated(&span), (span, vec![]));
    }

    #[test]
    fn texts_are_truncated_at_a_character_and_end_with_an_ellipsis() {
        let mut span = Span {
            name: "é".repeat(MAX_NAME_BYTES),
            trace_state: "a=".to_owned() + &"b".repeat(MAX_NAME_BYTES),
            ..Span::default()
        };
        span.attributes = vec![
            attribute(&"k".repeat(2 * MAX_NAME_BYTES), text(1)),
            attribute("value", text(3 * MAX_VALUE_BYTES)),
        ];
        let (span, repairs) = truncated(&span);
        let expected = [
            Repair::NameTooLong,
            Repair::KeyTooLong,
            Repair::ValueTooLong,
        ];
        assert_eq!(repairs, expected);
        assert!(span.name.ends_with("é…") && span.name.len() <= MAX_NAME_BYTES);
        assert!(span.name.len() > MAX_NAME_BYTES - 3);
        assert_eq!(span.trace_state, "");
        assert_eq!(span.attributes[0].key.len(), MAX_NAME_BYTES);
        let value = span.attributes[1].value.clone().unwrap().value.unwrap();
        assert!(matches!(value, Value::StringValue(text) if text.len() == MAX_VALUE_BYTES));
        assert_eq!(span.dropped_attributes_count, 0);
    }

    #[test]
    fn dropped_elements_are_added_to_those_that_the_sender_dropped() {
        let attributes = vec![attribute("a", text(1)); MAX_ATTRIBUTES + 5];
        let event = Event {
            attributes: attributes.clone(),
            ..Event::default()
        };
        let span = Span {
            events: vec![event; 1],
            links: vec![Link::default(); MAX_LINKS + 3],
            attributes,
            dropped_attributes_count: 2,
            ..Span::default()
        };
        let (span, repairs) = truncated(&span);
        assert_eq!(repairs, [Repair::TooManyAttributes, Repair::TooManyLinks]);
        assert_eq!(span.attributes.len(), MAX_ATTRIBUTES);
        assert_eq!(
            (span.dropped_attributes_count, span.dropped_links_count),
            (7, 3)
        );
        assert_eq!(span.events[0].dropped_attributes_count, 5);
        let many = Span {
            events: vec![Event::default(); MAX_EVENTS + 1],
            ..Span::default()
        };
        let (span, repairs) = truncated(&many);
        assert_eq!(
            (span.events.len(), span.dropped_events_count),
            (MAX_EVENTS, 1)
        );
        assert_eq!(repairs, [Repair::TooManyEvents]);
    }

    #[test]
    fn only_the_attribute_with_a_huge_list_is_dropped() {
        let list = |count| {
            let values = vec![AnyValue::default(); count];
            attribute("list", Value::ArrayValue(ArrayValue { values }))
        };
        let span = Span {
            attributes: vec![
                list(MAX_VALUE_PARTS * 2),
                list(100),
                attribute("a", text(1)),
            ],
            ..Span::default()
        };
        let (span, repairs) = truncated(&span);
        assert_eq!(repairs, [Repair::ValueTooLong]);
        assert_eq!(
            (span.attributes.len(), span.dropped_attributes_count),
            (2, 1)
        );
    }
}
