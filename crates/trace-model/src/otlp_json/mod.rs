//! OTLP JSON (`{"resourceSpans": [...]}`) to and from [`Span`]s.
//!
//! Decoding never fails as a whole: an invalid span is skipped and reported, and the other spans
//! are read. Field names are accepted in lowerCamelCase, as in the specification, and in the
//! snake_case of older senders. Unknown fields are ignored.
//!
//! A document is decoded in one pass without a tree of its JSON, so that memory holds only the
//! text and the spans.

mod encode;
mod fields;
mod span;
mod value;

use std::sync::Arc;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess};

pub use self::encode::{encode, encode_all};
use self::{
    fields::{Fields, Items, List, Object, Scalar, skip},
    span::SpanFields,
    value::AttributeList,
};
use crate::{Resource, Scope, Span};

/// The content of an OTLP JSON document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decoded {
    pub spans: Vec<Span>,
    /// The parts that are not valid spans.
    pub skipped: Vec<Skipped>,
}

/// A part of a document that is not a valid span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The span's name, or an empty string.
    pub name: String,
    /// Why the part was skipped, such as "span id: the id is all zeros".
    pub reason: String,
}

/// Decodes a document. A text that is not JSON becomes one skipped part.
///
/// # Examples
///
/// ```
/// use trace_model::otlp_json;
///
/// let decoded = otlp_json::decode(r#"{"resourceSpans": [{"scopeSpans": [{"spans": [
///     {"traceId": "6a2b7c1e98038103d269b633813fc60c", "spanId": "00f067aa0ba902b7", "name": "crud.like"},
///     {"traceId": "6a2b7c1e98038103d269b633813fc60c", "spanId": "0000000000000000", "name": "broken"}
/// ]}]}]}"#);
/// assert_eq!(decoded.spans[0].name, "crud.like");
/// assert_eq!(decoded.skipped[0].name, "broken");
/// assert_eq!(decoded.skipped[0].reason, "span id: the id is all zeros");
/// ```
#[must_use]
pub fn decode(document: &str) -> Decoded {
    let mut decoded = Decoded::default();
    let mut json = serde_json::Deserializer::from_str(document);
    let read = Object(&mut Document(&mut decoded)).deserialize(&mut json);
    if let Err(error) = read.and_then(|()| json.end()) {
        decoded = Decoded::default();
        decoded.skipped.push(Skipped {
            name: String::new(),
            reason: format!("not JSON: {error}"),
        });
    }
    decoded
}

struct Document<'a>(&'a mut Decoded);

impl<'de> Fields<'de> for Document<'_> {
    fn field<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "resourceSpans" | "resource_spans" => map.next_value_seed(List(self)),
            _ => skip(map),
        }
    }
}

impl<'de> Items<'de> for Document<'_> {
    fn item<A: SeqAccess<'de>>(&mut self, list: &mut A) -> Result<bool, A::Error> {
        let first = self.0.spans.len();
        let mut group = ResourceSpans {
            decoded: self.0,
            attributes: AttributeList::default(),
        };
        let found = list.next_element_seed(Object(&mut group))?.is_some();
        let resource = Arc::new(Resource {
            attributes: group.attributes.finish(),
        });
        for span in &mut self.0.spans[first..] {
            span.resource = Arc::clone(&resource);
        }
        Ok(found)
    }
}

/// The resource may follow its spans in the document, so spans get it once both have been read.
struct ResourceSpans<'a> {
    decoded: &'a mut Decoded,
    attributes: AttributeList,
}

impl<'de> Fields<'de> for ResourceSpans<'_> {
    fn field<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "resource" => map.next_value_seed(Object(&mut ResourceFields(&mut self.attributes))),
            "scopeSpans" | "scope_spans" => map.next_value_seed(List(self)),
            _ => skip(map),
        }
    }
}

impl<'de> Items<'de> for ResourceSpans<'_> {
    fn item<A: SeqAccess<'de>>(&mut self, list: &mut A) -> Result<bool, A::Error> {
        let first = self.decoded.spans.len();
        let mut group = ScopeSpans {
            decoded: self.decoded,
            scope: ScopeFields::default(),
        };
        let found = list.next_element_seed(Object(&mut group))?.is_some();
        let scope = Arc::new(group.scope.0);
        for span in &mut self.decoded.spans[first..] {
            span.scope = Arc::clone(&scope);
        }
        Ok(found)
    }
}

struct ResourceFields<'a>(&'a mut AttributeList);

impl<'de> Fields<'de> for ResourceFields<'_> {
    fn field<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "attributes" => self.0.read(map),
            _ => skip(map),
        }
    }
}

struct ScopeSpans<'a> {
    decoded: &'a mut Decoded,
    scope: ScopeFields,
}

impl<'de> Fields<'de> for ScopeSpans<'_> {
    fn field<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "scope" => map.next_value_seed(Object(&mut self.scope)),
            "spans" => map.next_value_seed(List(self)),
            _ => skip(map),
        }
    }
}

impl<'de> Items<'de> for ScopeSpans<'_> {
    fn item<A: SeqAccess<'de>>(&mut self, list: &mut A) -> Result<bool, A::Error> {
        let mut span = SpanFields::new();
        let found = list.next_element_seed(Object(&mut span))?.is_some();
        if found {
            match span.finish() {
                Ok(span) => self.decoded.spans.push(span),
                Err(skipped) => self.decoded.skipped.push(skipped),
            }
        }
        Ok(found)
    }
}

#[derive(Default)]
struct ScopeFields(Scope);

impl<'de> Fields<'de> for ScopeFields {
    fn field<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        let text = map.next_value::<Scalar<'de>>()?.into_text();
        match (name, text) {
            ("name", Some(text)) => self.0.name = text,
            ("version", Some(text)) => self.0.version = text,
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
