//! What holds for a message whatever it says: that it is one, and no larger and no deeper than
//! whoever reads it later can bear. Nothing is allocated for it.

use super::{
    limits,
    reason::{Reason, Unfit},
    schema::{Field, Kind, Schema},
    wire_format::{Damage, Fields, Raw},
};

/// Lists and maps in each other. Readers give up at some depth: prost and most other protobuf
/// libraries at a hundred messages, of which a map in a map is three, and `serde_json` at 128
/// brackets, of which it is four; and around a value there are the envelopes. This is half of
/// what the narrowest of them bears, and more than people nest.
const DEPTH: usize = 16;

/// Attributes, values, events, links and the like of one span, or of one resource. In memory
/// each takes 50 to 100 bytes although on the wire it may be two. An SDK's limits make 33,000
/// attributes the most that a span has.
const PARTS: usize = 100_000;

/// Checks that it is such a message, and every reader's, once its texts are.
pub(super) fn check(schema: &'static Schema, message: &[u8]) -> Result<Texts, Unfit> {
    let mut shape = Shape::default();
    shape.message(schema, message, 0)?;
    if shape.parts > PARTS {
        // It may have fewer when it is within the limits.
        shape.texts.is_over_limits = true;
    }
    Ok(shape.texts)
}

/// Checks a message that was cut to the limits.
pub(super) fn check_cut(schema: &'static Schema, message: &[u8]) -> Result<Texts, Unfit> {
    let mut shape = Shape::default();
    shape.message(schema, message, 0)?;
    let texts = shape.texts;
    (shape.parts <= PARTS)
        .then_some(texts)
        .ok_or(Unfit::Rejected(Reason::TooManyParts))
}

/// Returns how many parts a message has that is one.
pub(super) fn parts(schema: &'static Schema, message: &[u8]) -> usize {
    let mut shape = Shape::default();
    // What is too deep is found out by the check.
    let _ = shape.message(schema, message, 0);
    shape.parts
}

/// What is wrong with the texts of a message that is fine otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Texts {
    /// The length of all texts together that are not UTF-8.
    pub(super) invalid_bytes: usize,
    /// Something is longer, or there is more of it, than the limits allow.
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
    ) -> Result<(), Unfit> {
        let max_text_bytes = limits::max_text_bytes(schema);
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
        self.texts.is_over_limits |= repeated > limits::MIN_COUNT_LIMIT;
        Ok(())
    }

    fn field(&mut self, field: &'static Field, raw: Raw<'_>, depth: usize) -> Result<(), Unfit> {
        if raw.wire_type != field.kind.wire_type() {
            return Err(Damage::Type(raw.number).into());
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
            Kind::List(_) if depth == DEPTH => Err(Reason::TooDeep.into()),
            Kind::List(schema) => self.message(schema, raw.content, depth + 1),
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

/// Whether the length of such a field has a limit of its own.
const fn is_limited(kind: Kind) -> bool {
    matches!(kind, Kind::Text | Kind::Texts | Kind::Bytes | Kind::List(_))
}
