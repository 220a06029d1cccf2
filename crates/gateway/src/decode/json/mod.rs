//! OTLP JSON: ProtoJSON with hex ids and integer enums, as the OTLP specification has it.
//!
//! Ids in base64 and names of enum values are taken as well: other receivers take them, so
//! there are senders of them. Unknown fields are ignored, and so are `snake_case` keys, which
//! the specification calls invalid. `null` is an absent field. 64-bit integers are strings or
//! numbers. It becomes protobuf as it is read, without a tree in between: `{}` is three bytes
//! with its comma, and as a struct a hundred times as much. Behind this module there is one
//! form of a span only.
//!
//! Texts are taken as the bytes that they are: half of a surrogate pair, which JavaScript
//! leaves where it cuts a text, is found and repaired with all other invalid texts.

mod seen;
mod slot;
mod text;

use std::fmt;

use bytes::Bytes;
use serde::de::{self, DeserializeSeed, IgnoredAny, MapAccess, Unexpected, Visitor};

pub(super) use self::seen::Seen;
use self::slot::Slot;
use super::{
    Malformed, misplaced,
    schema::{self, Field, Schema},
};

const BOM: &[u8] = "\u{feff}".as_bytes();

/// The same in UTF-16, of both byte orders.
const UTF_16_BOMS: [&[u8]; 2] = [&[0xff, 0xfe], &[0xfe, 0xff]];

/// Returns an encoded `ExportTraceServiceRequest`, about as long as `body` or shorter.
pub(super) fn to_protobuf(body: &[u8]) -> Result<(Bytes, Seen), Malformed> {
    if UTF_16_BOMS.iter().any(|bom| body.starts_with(bom)) {
        return Err(Malformed::Utf16);
    }
    let body = body.strip_prefix(BOM).unwrap_or(body);
    let mut out = Vec::with_capacity(body.len());
    let mut seen = Seen::default();
    match read(body, &mut out) {
        Ok(Names::Known) => {}
        Ok(Names::Unknown) => seen.misplaced(misplaced::find(body)),
        Err(error) => {
            out.clear();
            let spans = listed_spans(body).ok_or(error)?;
            seen.misplaced(spans);
        }
    }
    Ok((out.into(), seen))
}

/// The same of a body with a request on each line. A line that is none is left out.
pub(super) fn lines_to_protobuf(body: &[u8]) -> Result<(Bytes, Seen), Malformed> {
    let error = match to_protobuf(body) {
        Err(Malformed::Json(error)) => error,
        one_request => return one_request,
    };
    let body = body.strip_prefix(BOM).unwrap_or(body);
    let mut out = Vec::with_capacity(body.len());
    let (mut seen, mut requests) = (Seen::default(), 0);
    for (index, line) in body.split(|byte| *byte == b'\n').enumerate() {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        let start = out.len();
        match read(line, &mut out) {
            Ok(names) => {
                requests += 1;
                if names == Names::Unknown {
                    seen.misplaced(misplaced::find(line));
                }
            }
            Err(error) => {
                out.truncate(start);
                seen.bad_line(index + 1, &error);
            }
        }
    }
    if requests == 0 {
        return Err(error.into());
    }
    Ok((out.into(), seen))
}

/// Whether the messages around spans have names besides those of OTLP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    Known,
    Unknown,
}

fn read(body: &[u8], out: &mut Vec<u8>) -> Result<Names, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let mut names = Names::Known;
    let request = Object {
        schema: &schema::REQUEST,
        out,
        names: &mut names,
    };
    request.deserialize(&mut json)?;
    json.end()?;
    Ok(names)
}

/// A list is no request. One that has spans is of another format.
fn listed_spans(body: &[u8]) -> Option<misplaced::Misplaced> {
    let is_list = body.trim_ascii_start().starts_with(b"[");
    let found = is_list.then(|| misplaced::find(body));
    let found = found.filter(misplaced::Misplaced::has_spans)?;
    // Last, as it takes memory for each level of a body that may be nothing but brackets.
    serde_json::from_slice::<IgnoredAny>(body).ok()?;
    Some(found)
}

/// Reads an object and writes its fields.
struct Object<'a> {
    schema: &'static Schema,
    out: &'a mut Vec<u8>,
    names: &'a mut Names,
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
        let Some((place, field)) = known else {
            map.next_value::<IgnoredAny>()?;
            if schema.is_envelope() {
                *names = Names::Unknown;
            }
            continue;
        };
        if seen >> place & 1 == 1 {
            return Err(de::Error::duplicate_field(field.name));
        }
        seen |= 1 << place;
        map.next_value_seed(Slot { field, out, names })?;
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
        // A name that is not UTF-8 is an unknown one.
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
