//! Checks that bytes are a message that every reader can decode: its wire format, its nesting,
//! and its size. Allocates nothing.

use super::{
    reason::{Reason, SpanError},
    record_limits,
    schema::{Field, Kind, Schema},
    wire_format::{Fields, Raw, WireError},
};

/// Nested lists and maps. Readers limit nesting: prost and most other protobuf libraries to 100
/// messages, of which a map in a map is three, and `serde_json` to 128 brackets, of which it is
/// four. The envelopes around a value count, too. This is half of the strictest limit, and more
/// than senders nest.
const MAX_DEPTH: usize = 16;

/// Attributes, values, events, links and so on of a span or a resource. Each takes 50 to 100
/// bytes of memory, although two bytes may encode it. With an SDK's default limits, a span has
/// at most 33,000 attributes.
const MAX_PARTS: usize = 100_000;

/// Checks a message. Truncating it to the limits may remove some of its parts, so too many parts
/// are no error here.
pub(super) fn check(schema: &'static Schema, message: &[u8]) -> Result<Texts, SpanError> {
    let mut shape = Shape::default();
    shape.message(schema, message, 0)?;
    if shape.parts > MAX_PARTS {
        shape.texts.is_over_limits = true;
    }
    Ok(shape.texts)
}

/// Checks a message that was truncated to the limits.
pub(super) fn check_truncated(schema: &'static Schema, message: &[u8]) -> Result<Texts, SpanError> {
    let mut shape = Shape::default();
    shape.message(schema, message, 0)?;
    let texts = shape.texts;
    (shape.parts <= MAX_PARTS)
        .then_some(texts)
        .ok_or(SpanError::Rejected(Reason::TooManyParts))
}

/// Counts the parts of a message.
pub(super) fn parts(schema: &'static Schema, message: &[u8]) -> usize {
    let mut shape = Shape::default();
    // The check reports errors.
    let _ = shape.message(schema, message, 0);
    shape.parts
}

/// Problems of a valid message that can be repaired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Texts {
    /// The total length of all texts that are not UTF-8.
    pub(super) invalid_bytes: usize,
    /// A text is longer, or a list has more elements, than the limits allow.
    pub(super) is_over_limits: bool,
}

#[derive(Default)]
struct Shape {
    parts: usize,
    texts: Texts,
}

impl Shape {
    fn message(
        &mut self,
        schema: &'static Schema,
        message: &[u8],
        depth: usize,
    ) -> Result<(), SpanError> {
        let max_text_bytes = record_limits::max_text_bytes(schema);
        let mut repeated = 0;
        for raw in Fields(message) {
            let raw = raw?;
            if let Some(field) = schema.field(raw.number) {
                repeated += usize::from(matches!(field.kind, Kind::Messages(_)));
                self.texts.is_over_limits |=
                    raw.content.len() > max_text_bytes && is_limited(field.kind);
                self.field(field, raw, depth)?;
            }
        }
        self.texts.is_over_limits |= repeated > record_limits::MIN_COUNT_LIMIT;
        Ok(())
    }

    fn field(
        &mut self,
        field: &'static Field,
        raw: Raw<'_>,
        depth: usize,
    ) -> Result<(), SpanError> {
        if raw.wire_type != field.kind.wire_type() {
            return Err(WireError::UnexpectedType(raw.number).into());
        }
        match field.kind {
            Kind::Text => {
                self.text(raw.content);
                Ok(())
            }
            Kind::Texts => {
                self.parts += 1;
                self.text(raw.content);
                Ok(())
            }
            Kind::Nested(_) if depth == MAX_DEPTH => Err(Reason::TooDeep.into()),
            Kind::Nested(schema) => self.message(schema, raw.content, depth + 1),
            Kind::Message(schema) | Kind::Messages(schema) => {
                self.parts += 1;
                self.message(schema, raw.content, depth)
            }
            _ => Ok(()),
        }
    }

    fn text(&mut self, bytes: &[u8]) {
        if std::str::from_utf8(bytes).is_err() {
            self.texts.invalid_bytes += bytes.len();
        }
    }
}

/// Whether a field of this kind has a length limit.
const fn is_limited(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Text | Kind::Texts | Kind::Bytes | Kind::Nested(_)
    )
}
