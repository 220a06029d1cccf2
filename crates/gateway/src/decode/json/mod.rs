//! OTLP JSON: ProtoJSON with hex ids and integer enums, as the OTLP specification has it.
//!
//! Unknown fields are ignored, and so are `snake_case` keys, which the specification calls
//! invalid. `null` is an absent field. 64-bit integers are strings or numbers. It becomes
//! protobuf as it is read, without a tree in between: `{}` is three bytes with its comma, and
//! as a struct a hundred times as much. Behind this module there is one form of a span only.

mod slot;
mod text;

use std::fmt;

use bytes::Bytes;
use serde::de::{self, DeserializeSeed, IgnoredAny, MapAccess, Unexpected, Visitor};

use self::slot::Slot;
use super::schema::{self, Field, Schema};

/// An encoded `ExportTraceServiceRequest`, about as long as `body` or shorter.
pub(super) fn to_protobuf(body: &[u8]) -> Result<Bytes, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let mut out = Vec::with_capacity(body.len());
    let request = Object {
        schema: &schema::REQUEST,
        out: &mut out,
    };
    request.deserialize(&mut json)?;
    json.end()?;
    Ok(out.into())
}

/// Reads an object and writes its fields.
struct Object<'a> {
    schema: &'static Schema,
    out: &'a mut Vec<u8>,
}

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        // Not `deserialize_map`, whose error quotes a string in the object's place as a whole.
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        Err(E::invalid_type(Unexpected::Str(text::quoted(text)), &self))
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<(), M::Error> {
        fields(self.schema, map, self.out)
    }
}

fn fields<'de, M: MapAccess<'de>>(
    schema: &'static Schema,
    mut map: M,
    out: &mut Vec<u8>,
) -> Result<(), M::Error> {
    let mut seen = 0_u32;
    while let Some(known) = map.next_key_seed(Key(schema))? {
        let Some((place, field)) = known else {
            map.next_value::<IgnoredAny>()?;
            continue;
        };
        if seen >> place & 1 == 1 {
            return Err(de::Error::duplicate_field(field.name));
        }
        seen |= 1 << place;
        map.next_value_seed(Slot { field, out })?;
    }
    Ok(())
}

/// Finds a field by its name, with its place in the list.
struct Key(&'static Schema);

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Option<(usize, &'static Field)>;

    fn deserialize<D: de::Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Option<(usize, &'static Field)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Self::Value, E> {
        let mut fields = self.0.0.iter().enumerate();
        Ok(fields.find(|(_, field)| field.name == name))
    }
}
