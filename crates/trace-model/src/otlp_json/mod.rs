//! Reads OTLP JSON (`{"resourceSpans": [...]}`) into [`Span`]s.
//!
//! Reading is total: what cannot be a span is left out, with its reason, and never takes
//! its neighbours along. Names are read in lowerCamelCase as the specification writes
//! them and in snake_case as older senders do; unknown names are ignored.

mod fields;
mod span;
mod value;

use std::sync::Arc;

use serde_json::Value as Json;

use self::fields::{array, field, text};
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
    match serde_json::from_str(document) {
        Ok(json) => decoded.read_document(&json),
        Err(error) => decoded.skip("", format!("not JSON: {error}")),
    }
    decoded
}

impl Decoded {
    fn read_document(&mut self, document: &Json) {
        for resource_spans in array(document, "resourceSpans", "resource_spans") {
            self.read_resource(resource_spans);
        }
    }

    fn read_resource(&mut self, resource_spans: &Json) {
        let attributes = field(resource_spans, "resource", "resource").map(value::attributes);
        let resource = Arc::new(Resource {
            attributes: attributes.unwrap_or_default(),
        });
        for scope_spans in array(resource_spans, "scopeSpans", "scope_spans") {
            self.read_scope(scope_spans, &resource);
        }
    }

    fn read_scope(&mut self, scope_spans: &Json, resource: &Arc<Resource>) {
        let scope = Arc::new(field(scope_spans, "scope", "scope").map_or_else(
            Scope::default,
            |scope| Scope {
                name: text(scope, "name", "name").to_owned(),
                version: text(scope, "version", "version").to_owned(),
            },
        ));
        for json in array(scope_spans, "spans", "spans") {
            match span::read(json, resource, &scope) {
                Ok(span) => self.spans.push(span),
                Err(reason) => self.skip(text(json, "name", "name"), reason),
            }
        }
    }

    fn skip(&mut self, name: &str, reason: String) {
        self.skipped.push(Skipped {
            name: name.to_owned(),
            reason,
        });
    }
}

#[cfg(test)]
mod tests;
