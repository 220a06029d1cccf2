//! Reads a field's JSON value, checks it by the field's kind, and writes it as protobuf.

use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Unexpected, Visitor};

use super::{Names, fields, text};
use crate::decode::{
    schema::{Field, Kind, Schema},
    wire_format::{WireType, write_delimited, write_key, write_varint},
};

pub(super) struct FieldValue<'a> {
    pub(super) field: &'static Field,
    pub(super) out: &'a mut Vec<u8>,
    pub(super) names: &'a mut Names,
}

impl<'de> DeserializeSeed<'de> for FieldValue<'_> {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.field.kind {
            Kind::Text | Kind::Id => deserializer.deserialize_option(self),
            _ => deserializer.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for FieldValue<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} as {}",
            self.field.name,
            self.field.kind.json_description()
        )
    }

    /// `null` is an absent field.
    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_none<E: de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_bytes(self)
    }

    /// Reads a text, which may not be UTF-8.
    fn visit_bytes<E: de::Error>(mut self, text: &[u8]) -> Result<(), E> {
        match self.field.kind {
            Kind::Id => self.bytes(&text::id(text)),
            _ => self.bytes(text),
        }
    }

    fn visit_bool<E: de::Error>(mut self, bool: bool) -> Result<(), E> {
        match self.field.kind {
            Kind::Bool => self.varint(bool.into()),
            _ => Err(E::invalid_type(Unexpected::Bool(bool), &self)),
        }
    }

    fn visit_u64<E: de::Error>(mut self, number: u64) -> Result<(), E> {
        let written = self.number(number.into());
        written.unwrap_or_else(|| Err(E::invalid_value(Unexpected::Unsigned(number), &self)))
    }

    fn visit_i64<E: de::Error>(mut self, number: i64) -> Result<(), E> {
        let written = self.number(number.into());
        written.unwrap_or_else(|| Err(E::invalid_value(Unexpected::Signed(number), &self)))
    }

    fn visit_f64<E: de::Error>(mut self, number: f64) -> Result<(), E> {
        if matches!(self.field.kind, Kind::Double) {
            return self.double(number);
        }
        let written = text::integral(number).and_then(|number| self.number(number));
        written.unwrap_or_else(|| Err(E::invalid_value(Unexpected::Float(number), &self)))
    }

    fn visit_str<E: de::Error>(mut self, text: &str) -> Result<(), E> {
        let written = match self.field.kind {
            Kind::Bytes => self.base64(text),
            Kind::Double => text::double(text).map(|number| self.double(number)),
            Kind::Enum(names) => {
                text::enum_number(text, names).and_then(|number| self.number(number))
            }
            _ => text::integer(text).and_then(|number| self.number(number)),
        };
        let unexpected = Unexpected::Str(text::quoted(text));
        written.unwrap_or_else(|| Err(E::invalid_value(unexpected, &self)))
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<(), M::Error> {
        match self.field.kind {
            Kind::Message(schema) | Kind::Nested(schema) => self.message(schema, map),
            _ => Err(de::Error::invalid_type(Unexpected::Map, &self)),
        }
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut items: S) -> Result<(), S::Error> {
        if !matches!(self.field.kind, Kind::Messages(_) | Kind::Texts) {
            return Err(de::Error::invalid_type(Unexpected::Seq, &self));
        }
        let Self { field, out, names } = self;
        while items
            .next_element_seed(Element(FieldValue { field, out, names }))?
            .is_some()
        {}
        Ok(())
    }
}

/// Reads an element of a list.
struct Element<'a>(FieldValue<'a>);

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.0.field.kind {
            Kind::Texts => deserializer.deserialize_bytes(self),
            _ => deserializer.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Element<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_bytes<E: de::Error>(mut self, text: &[u8]) -> Result<(), E> {
        self.0.bytes(text)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        Err(E::invalid_type(Unexpected::Str(text::quoted(text)), &self))
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<(), M::Error> {
        match self.0.field.kind {
            Kind::Messages(schema) => self.0.message(schema, map),
            _ => Err(de::Error::invalid_type(Unexpected::Map, &self)),
        }
    }
}

impl FieldValue<'_> {
    fn message<'de, M: MapAccess<'de>>(
        self,
        schema: &'static Schema,
        map: M,
    ) -> Result<(), M::Error> {
        let names = self.names;
        write_delimited(self.field.number, self.out, |out| {
            fields(schema, map, out, names)
        })
    }

    /// Writes a number. Returns `None` if it is out of the field's range.
    fn number<E>(&mut self, number: i128) -> Option<Result<(), E>> {
        Some(match self.field.kind {
            Kind::Int64 => self.varint(i64::try_from(number).ok()?.cast_unsigned()),
            // Protobuf encodes negative ones with 64 bits.
            Kind::Enum(_) | Kind::Int32 => {
                self.varint(i64::from(i32::try_from(number).ok()?).cast_unsigned())
            }
            Kind::Uint32 => self.varint(u32::try_from(number).ok()?.into()),
            Kind::Fixed32 => self.fixed(&u32::try_from(number).ok()?.to_le_bytes()),
            Kind::Fixed64 => self.fixed(&u64::try_from(number).ok()?.to_le_bytes()),
            Kind::Double => self.double(number as f64),
            _ => return None,
        })
    }

    fn varint<E>(&mut self, value: u64) -> Result<(), E> {
        write_key(self.field.number, WireType::Varint, self.out);
        write_varint(value, self.out);
        Ok(())
    }

    fn double<E>(&mut self, number: f64) -> Result<(), E> {
        self.fixed(&number.to_le_bytes())
    }

    fn fixed<E>(&mut self, bytes: &[u8]) -> Result<(), E> {
        write_key(self.field.number, self.field.kind.wire_type(), self.out);
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    fn bytes<E>(&mut self, bytes: &[u8]) -> Result<(), E> {
        write_key(self.field.number, WireType::Delimited, self.out);
        write_varint(bytes.len() as u64, self.out);
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    fn base64<E>(&mut self, text: &str) -> Option<Result<(), E>> {
        let write = |out: &mut Vec<u8>| text::append_base64(text, out);
        write_delimited(self.field.number, self.out, write)
            .ok()
            .map(Ok)
    }
}
