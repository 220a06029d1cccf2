//! What holds for a message whatever it says: that it is one, and no larger and no deeper than
//! whoever reads it later can bear. Nothing is allocated for it.

use super::{
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

/// Whether it is such a message, and every reader's.
pub(super) fn check(schema: &'static Schema, message: &[u8]) -> Result<(), Unfit> {
    let mut shape = Shape { parts: 0 };
    shape.message(schema, message, 0)
}

struct Shape {
    parts: usize,
}

impl Shape {
    fn message(
        &mut self,
        schema: &'static Schema,
        message: &[u8],
        depth: usize,
    ) -> Result<(), Unfit> {
        for raw in Fields(message) {
            let raw = raw?;
            let mut known = schema.0.iter();
            if let Some(field) = known.find(|field| field.number == raw.number) {
                self.field(field, raw, depth)?;
            }
        }
        Ok(())
    }

    fn field(&mut self, field: &'static Field, raw: Raw<'_>, depth: usize) -> Result<(), Unfit> {
        if raw.wire_type != field.kind.wire_type() {
            return Err(Damage::Type(raw.number).into());
        }
        match field.kind {
            Kind::Text => text(raw),
            Kind::Texts => self.part().and_then(|()| text(raw)),
            Kind::List(_) if depth == DEPTH => Err(Reason::TooDeep.into()),
            Kind::List(schema) => self.message(schema, raw.content, depth + 1),
            Kind::Message(schema) | Kind::Messages(schema) => {
                self.part()?;
                self.message(schema, raw.content, depth)
            }
            _ => Ok(()),
        }
    }

    fn part(&mut self) -> Result<(), Unfit> {
        self.parts += 1;
        (self.parts <= PARTS)
            .then_some(())
            .ok_or(Unfit::Rejected(Reason::TooManyParts))
    }
}

fn text(raw: Raw<'_>) -> Result<(), Unfit> {
    let text = std::str::from_utf8(raw.content);
    text.map(drop).map_err(|_| Damage::Text(raw.number).into())
}
