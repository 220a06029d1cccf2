//! Reads OTLP JSON (`{"resourceSpans": [...]}`) into [`Span`]s.
//!
//! Reading is total: what cannot be a span is left out, with its reason, and never takes
//! its neighbours along. Names are read in lowerCamelCase as the specification writes
//! them and in snake_case as older senders do; unknown names are ignored.
//!
//! A document is read in one pass and its JSON is never held as a tree: beside the text there
//! are only the spans.

mod encode;
mod fields;
mod span;
mod value;

use std::sync::Arc;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess};

pub use self::encode::encode;
use self::{
    fields::{Fields, Items, List, Object, Scalar, skip},
    span::SpanFields,
    value::AttributeList,
};
use crate::{Resource, Scope, Span};

/// What an OTLP JSON document held.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decoded {
    pub spans: Vec<Span>,
    pub skipped: Vec<Skipped>,
}

/// A part that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The span's name, where it has one.
    pub name: String,
    /// For people: "span id: an id that is all zero".
    pub reason: String,
}

/// Decodes a document. A text that is not JSON is one skipped part.
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

/// The resource may stand after its spans: they get it when both have been read.
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
