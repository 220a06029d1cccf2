//! Cuts what a span has too much of, as an SDK's span limits do.
//!
//! The model is OpenTelemetry's [attribute limits]: texts are cut, attributes, events and links
//! beyond a number are dropped, and `dropped_attributes_count` and its like say how many. An
//! SDK's defaults are far below these limits (128 of each), so only senders without limits meet
//! them. A span within the limits, which is nearly every one, is stored as the bytes that came.
//!
//! [attribute limits]: https://opentelemetry.io/docs/specs/otel/common/#attribute-limits

use bytes::Bytes;

use super::{
    schema::{self, Field, Kind, Schema},
    shape,
    warnings::Repair,
    wire_format::{Damage, Fields, Raw, WireType, write_delimited, write_key, write_varint},
};

/// The names of spans, events and scopes, keys, trace states and the like.
pub(crate) const MAX_NAME_BYTES: usize = 4 << 10;

/// The text or the bytes of a value, a list or map when encoded, and a status message.
pub(crate) const MAX_VALUE_BYTES: usize = 1 << 20;

/// Values within one list or map.
const MAX_VALUE_PARTS: usize = 10_000;

/// Attributes of a span, a resource, a scope, an event or a link.
pub(crate) const MAX_ATTRIBUTES: usize = 1_024;

/// Events of a span.
const MAX_EVENTS: usize = 10_000;

/// Links of a span.
const MAX_LINKS: usize = 1_024;

/// The fewest that any of these limits lets through. A message with more parts is looked at.
pub(super) const MIN_COUNT_LIMIT: usize = MAX_ATTRIBUTES;

/// Ends a text that was cut.
const ELLIPSIS: &[u8] = "…".as_bytes();

/// What was cut. Each is counted once for a span.
const CUTS: [Repair; 6] = [
    Repair::NameTooLong,
    Repair::KeyTooLong,
    Repair::ValueTooLong,
    Repair::TooManyAttributes,
    Repair::TooManyEvents,
    Repair::TooManyLinks,
];

/// A set of limits that a message did not keep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cuts(u8);

impl Cuts {
    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn repairs(self) -> impl Iterator<Item = Repair> {
        CUTS.into_iter().filter(move |cut| self.0 & bit(*cut) != 0)
    }

    fn add(&mut self, cut: Repair) {
        self.0 |= bit(cut);
    }
}

fn bit(cut: Repair) -> u8 {
    let place = CUTS.iter().position(|known| *known == cut);
    place.map_or(0, |place| 1 << place)
}

/// Returns how long a text of this message may be.
pub(super) fn max_text_bytes(schema: &'static Schema) -> usize {
    if std::ptr::eq(schema, &schema::ANY_VALUE) || std::ptr::eq(schema, &schema::STATUS) {
        MAX_VALUE_BYTES
    } else {
        MAX_NAME_BYTES
    }
}

/// Returns the message within the limits, and what was cut. The rest is copied as it is. It is
/// never longer than the message, but for the counts of what was dropped.
pub(super) fn cut(schema: &'static Schema, message: &[u8]) -> Result<(Bytes, Cuts), Damage> {
    let mut cutter = Cutter::default();
    let mut out = Vec::new();
    cutter.message(schema, message, &mut out)?;
    Ok((out.into(), cutter.cuts))
}

/// Returns the URL of a schema, unless it is too long to be one.
pub(super) fn schema_url(url: &[u8], cuts: &mut Cuts) -> usize {
    if url.len() <= MAX_NAME_BYTES {
        return url.len();
    }
    cuts.add(Repair::NameTooLong);
    0
}

#[derive(Default)]
struct Cutter {
    cuts: Cuts,
}

/// Repeated parts with a limit, of one message.
#[derive(Default)]
struct Counted {
    parts: usize,
    dropped: u64,
    /// What the sender's own limits dropped.
    dropped_before: u64,
}

/// Attributes, events and links: the names of their fields, of their counts, and their limits.
const LISTS: [(&str, &str, usize, Repair); 3] = [
    (
        "attributes",
        "droppedAttributesCount",
        MAX_ATTRIBUTES,
        Repair::TooManyAttributes,
    ),
    (
        "events",
        "droppedEventsCount",
        MAX_EVENTS,
        Repair::TooManyEvents,
    ),
    (
        "links",
        "droppedLinksCount",
        MAX_LINKS,
        Repair::TooManyLinks,
    ),
];

impl Cutter {
    fn message(
        &mut self,
        schema: &'static Schema,
        message: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), Damage> {
        let mut lists: [Counted; 3] = Default::default();
        let mut fields = Fields(message);
        loop {
            let rest = fields.0;
            let Some(raw) = fields.next().transpose()? else {
                break;
            };
            let encoded = &rest[..rest.len() - fields.0.len()];
            let Some(field) = schema.field(raw.number) else {
                out.extend_from_slice(encoded);
                continue;
            };
            if let Some(list) = LISTS.iter().position(|list| list.1 == field.name) {
                lists[list].dropped_before = varint(encoded);
                continue;
            }
            if let Some(list) = LISTS.iter().position(|list| list.0 == field.name) {
                lists[list].parts += 1;
                if lists[list].parts > LISTS[list].2 {
                    self.cuts.add(LISTS[list].3);
                    lists[list].dropped += 1;
                    continue;
                }
                if is_huge_value(field, raw.content)? {
                    self.cuts.add(Repair::ValueTooLong);
                    lists[list].dropped += 1;
                    continue;
                }
            }
            self.field(schema, field, (raw, encoded), out)?;
        }
        write_counts(schema, &lists, out);
        Ok(())
    }

    fn field(
        &mut self,
        schema: &'static Schema,
        field: &'static Field,
        (raw, encoded): (Raw<'_>, &[u8]),
        out: &mut Vec<u8>,
    ) -> Result<(), Damage> {
        let max_bytes = max_text_bytes(schema);
        match field.kind {
            Kind::Text | Kind::Texts if raw.content.len() > max_bytes => {
                self.text(field, raw.content, max_bytes, out);
            }
            Kind::Bytes if raw.content.len() > MAX_VALUE_BYTES => {
                self.cuts.add(Repair::ValueTooLong);
                write_bytes(field, &raw.content[..MAX_VALUE_BYTES], &[], out);
            }
            Kind::Message(part) | Kind::Messages(part) | Kind::List(part) => {
                let nested = |out: &mut Vec<u8>| self.message(part, raw.content, out);
                write_delimited(raw.number, out, nested)?;
            }
            _ => out.extend_from_slice(encoded),
        }
        Ok(())
    }

    fn text(&mut self, field: &'static Field, text: &[u8], max_bytes: usize, out: &mut Vec<u8>) {
        self.cuts.add(match field.name {
            "key" => Repair::KeyTooLong,
            "stringValue" | "message" => Repair::ValueTooLong,
            _ => Repair::NameTooLong,
        });
        // Half of a trace state is none.
        if field.name != "traceState" {
            let end = char_boundary(text, max_bytes - ELLIPSIS.len());
            write_bytes(field, &text[..end], ELLIPSIS, out);
        }
    }
}

/// A list or a map cannot be cut without saying something else.
fn is_huge_value(field: &'static Field, attribute: &[u8]) -> Result<bool, Damage> {
    let Kind::Messages(schema) = field.kind else {
        return Ok(false);
    };
    if !std::ptr::eq(schema, &schema::KEY_VALUE) {
        return Ok(false);
    }
    for raw in Fields(attribute) {
        let raw = raw?;
        if raw.number != schema::VALUE_NUMBER || raw.wire_type != WireType::Delimited {
            continue;
        }
        for value in Fields(raw.content) {
            let value = value?;
            let kind = schema::ANY_VALUE
                .field(value.number)
                .map(|field| field.kind);
            let is_list = matches!(kind, Some(Kind::List(_)));
            let is_large = value.content.len() > MAX_VALUE_BYTES
                || value.content.len() > MAX_VALUE_PARTS
                    && shape::parts(&schema::ANY_VALUE, raw.content) > MAX_VALUE_PARTS;
            if is_list && is_large {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

fn write_counts(schema: &'static Schema, lists: &[Counted; 3], out: &mut Vec<u8>) {
    for (counted, (_, name, ..)) in lists.iter().zip(LISTS) {
        let dropped = counted.dropped_before.saturating_add(counted.dropped);
        let field = schema.0.iter().find(|field| field.name == name);
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

/// The end of the last whole character within `max_bytes`, in a text that need not be UTF-8.
fn char_boundary(text: &[u8], max_bytes: usize) -> usize {
    let is_inside = |at: &usize| text[*at] & 0xc0 == 0x80;
    let start = max_bytes.saturating_sub(3);
    let boundary = (start..=max_bytes).rev().find(|at| !is_inside(at));
    boundary.unwrap_or(max_bytes)
}

/// The value of an encoded field that is an integer.
fn varint(encoded: &[u8]) -> u64 {
    let key = encoded.iter().position(|byte| *byte < 0x80);
    let mut value = key.map_or(&[][..], |key| &encoded[key + 1..]);
    prost::encoding::decode_varint(&mut value).unwrap_or_default()
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

    /// The span within the limits, and what was cut.
    fn check(span: &Span) -> (Span, Vec<Repair>) {
        let encoded = span.encode_to_vec();
        let (cut, cuts) = cut(&schema::SPAN, &encoded).unwrap();
        (Span::decode(cut).unwrap(), cuts.repairs().collect())
    }

    #[test]
    fn span_within_the_limits_stays_as_it_is() {
        let mut span = Span {
            name: "x".repeat(MAX_NAME_BYTES),
            dropped_attributes_count: 7,
            ..Span::default()
        };
        span.attributes = vec![attribute("a", text(MAX_VALUE_BYTES)); MAX_ATTRIBUTES / 64];
        assert_eq!(check(&span), (span, vec![]));
    }

    #[test]
    fn texts_are_cut_at_a_character_and_end_with_an_ellipsis() {
        let mut span = Span {
            name: "é".repeat(MAX_NAME_BYTES),
            trace_state: "a=".to_owned() + &"b".repeat(MAX_NAME_BYTES),
            ..Span::default()
        };
        span.attributes = vec![
            attribute(&"k".repeat(2 * MAX_NAME_BYTES), text(1)),
            attribute("value", text(3 * MAX_VALUE_BYTES)),
        ];
        let (cut, cuts) = check(&span);
        let expected = [
            Repair::NameTooLong,
            Repair::KeyTooLong,
            Repair::ValueTooLong,
        ];
        assert_eq!(cuts, expected);
        assert!(cut.name.ends_with("é…") && cut.name.len() <= MAX_NAME_BYTES);
        assert!(cut.name.len() > MAX_NAME_BYTES - 3);
        assert_eq!(cut.trace_state, "");
        assert_eq!(cut.attributes[0].key.len(), MAX_NAME_BYTES);
        let value = cut.attributes[1].value.clone().unwrap().value.unwrap();
        assert!(matches!(value, Value::StringValue(text) if text.len() == MAX_VALUE_BYTES));
        assert_eq!(cut.dropped_attributes_count, 0);
    }

    #[test]
    fn dropped_parts_are_added_to_those_that_the_sender_dropped() {
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
        let (cut, cuts) = check(&span);
        assert_eq!(cuts, [Repair::TooManyAttributes, Repair::TooManyLinks]);
        assert_eq!(cut.attributes.len(), MAX_ATTRIBUTES);
        assert_eq!(
            (cut.dropped_attributes_count, cut.dropped_links_count),
            (7, 3)
        );
        assert_eq!(cut.events[0].dropped_attributes_count, 5);
        let many = Span {
            events: vec![Event::default(); MAX_EVENTS + 1],
            ..Span::default()
        };
        let (cut, cuts) = check(&many);
        assert_eq!(
            (cut.events.len(), cut.dropped_events_count),
            (MAX_EVENTS, 1)
        );
        assert_eq!(cuts, [Repair::TooManyEvents]);
    }

    #[test]
    fn huge_list_is_dropped_and_counted_and_its_neighbors_stay() {
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
        let (cut, cuts) = check(&span);
        assert_eq!(cuts, [Repair::ValueTooLong]);
        assert_eq!((cut.attributes.len(), cut.dropped_attributes_count), (2, 1));
    }
}
