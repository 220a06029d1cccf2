//! Converts OTLP JSON to protobuf, so that all other modules handle one encoding.
//!
//! OTLP JSON is ProtoJSON with hex ids and integer enums. Ids in base64 and names of enum values
//! are accepted as well, because other receivers accept them. Unknown fields are ignored, and so
//! are `snake_case` keys, which the specification calls invalid. `null` is an absent field.
//! 64-bit integers are strings or numbers.
//!
//! Protobuf is written while JSON is read, without a tree in between: `{}` and its comma are
//! three bytes of JSON, and a hundred times as many as a struct.
//!
//! Texts are read as bytes, because half of a surrogate pair is not UTF-8. JavaScript leaves one
//! where it truncates a text. Such texts are repaired with all other invalid ones.

mod anomalies;
mod field_value;
mod text;

use std::fmt;

use bytes::Bytes;
use serde::de::{self, DeserializeSeed, IgnoredAny, MapAccess, Unexpected, Visitor};

pub(super) use self::anomalies::Anomalies;
use self::field_value::FieldValue;
use super::{
    Malformed, Signal,
    misplaced_records::{self, MisplacedRecords},
    schema::{Field, Schema},
};

const BOM: &[u8] = "\u{feff}".as_bytes();

/// The byte order marks of UTF-16.
const UTF_16_BOMS: [&[u8]; 2] = [&[0xff, 0xfe], &[0xfe, 0xff]];

/// Returns an encoded request, about as long as `body` or shorter.
pub(super) fn to_protobuf(signal: Signal, body: &[u8]) -> Result<(Bytes, Anomalies), Malformed> {
    if UTF_16_BOMS.iter().any(|bom| body.starts_with(bom)) {
        return Err(Malformed::Utf16);
    }
    let body = body.strip_prefix(BOM).unwrap_or(body);
    let mut out = Vec::with_capacity(body.len());
    let mut anomalies = Anomalies::default();
    match read(signal, body, &mut out) {
        Ok(Names::Known) => {}
        Ok(Names::Unknown) => anomalies.add_misplaced(misplaced_records::find(signal, body)),
        Err(error) => {
            out.clear();
            let records = listed_records(signal, body).ok_or(error)?;
            anomalies.add_misplaced(records);
        }
    }
    Ok((out.into(), anomalies))
}

/// Converts a body that has a request on each line. Skips invalid lines.
pub(super) fn lines_to_protobuf(
    signal: Signal,
    body: &[u8],
) -> Result<(Bytes, Anomalies), Malformed> {
    let error = match to_protobuf(signal, body) {
        Err(Malformed::Json(error)) => error,
        one_request => return one_request,
    };
    let body = body.strip_prefix(BOM).unwrap_or(body);
    let mut out = Vec::with_capacity(body.len());
    let (mut anomalies, mut requests) = (Anomalies::default(), 0);
    for (index, line) in body.split(|byte| *byte == b'\n').enumerate() {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        let start = out.len();
        match read(signal, line, &mut out) {
            Ok(names) => {
                requests += 1;
                if names == Names::Unknown {
                    anomalies.add_misplaced(misplaced_records::find(signal, line));
                }
            }
            Err(error) => {
                out.truncate(start);
                anomalies.add_invalid_line(index + 1, &error);
            }
        }
    }
    if requests == 0 {
        return Err(error.into());
    }
    Ok((out.into(), anomalies))
}

/// Whether the messages around records have unknown names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    Known,
    Unknown,
}

fn read(signal: Signal, body: &[u8], out: &mut Vec<u8>) -> Result<Names, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let mut names = Names::Known;
    let request = Object {
        schema: signal.request_schema(),
        out,
        names: &mut names,
    };
    request.deserialize(&mut json)?;
    json.end()?;
    Ok(names)
}

/// Finds the records of a list, which is not a request, but may be of another format.
fn listed_records(signal: Signal, body: &[u8]) -> Option<MisplacedRecords> {
    let is_list = body.trim_ascii_start().starts_with(b"[");
    let found = is_list.then(|| misplaced_records::find(signal, body));
    let found = found.filter(MisplacedRecords::has_records)?;
    // This is last because it takes memory for each of the body's brackets.
    serde_json::from_slice::<IgnoredAny>(body).ok()?;
    Some(found)
}

/// Reads an object and writes a message.
struct Object<'a> {
    schema: &'static Schema,
    out: &'a mut Vec<u8>,
    names: &'a mut Names,
}

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        // The errors of `deserialize_map` would quote a whole string.
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
        fields(self.schema, map, self.out, self.names)
    }
}

fn fields<'de, M: MapAccess<'de>>(
    schema: &'static Schema,
    mut map: M,
    out: &mut Vec<u8>,
    names: &mut Names,
) -> Result<(), M::Error> {
    let mut seen = 0_u32;
    while let Some(known) = map.next_key_seed(Key(schema))? {
        let Some((index, field)) = known else {
            map.next_value::<IgnoredAny>()?;
            if schema.is_envelope() {
                *names = Names::Unknown;
            }
            continue;
        };
        if seen >> index & 1 == 1 {
            return Err(de::Error::duplicate_field(field.name));
        }
        seen |= 1 << index;
        map.next_value_seed(FieldValue { field, out, names })?;
    }
    Ok(())
}

/// Finds a field by its name. Returns it with its index in the schema.
struct Key(&'static Schema);

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Option<(usize, &'static Field)>;

    fn deserialize<D: de::Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Self::Value, D::Error> {
        // As bytes, because a name that is not UTF-8 is an unknown one.
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Option<(usize, &'static Field)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_bytes<E: de::Error>(self, name: &[u8]) -> Result<Self::Value, E> {
        let mut fields = self.0.0.iter().enumerate();
        Ok(fields.find(|(_, field)| field.name.as_bytes() == name))
    }
}
