//! OTLP JSON to and from [`Span`]s (`{"resourceSpans": [...]}`) and [`Log`]s (`{"resourceLogs": [...]}`).
//!
//! Decoding never fails as a whole: an invalid span is skipped and reported, and the other spans
//! are read. Field names are accepted in lowerCamelCase, as in the specification, and in the
//! snake_case of older senders. Unknown fields are ignored.
//!
//! A document is decoded in one pass without a tree of its JSON, so that memory holds only the
//! text and the spans.

mod encode;
mod fields;
mod log;
mod span;
mod value;

use std::sync::Arc;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess};

pub use self::encode::{encode, encode_all, encode_logs};
use self::{
    fields::{Fields, Items, List, Object, Scalar, skip},
    log::LogFields,
    span::SpanFields,
    value::AttributeList,
};
use crate::{Log, Resource, Scope, Span};

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
    match read(document) {
        Ok(Records {
            records: spans,
            skipped,
        }) => Decoded { spans, skipped },
        Err(error) => Decoded {
            spans: Vec::new(),
            skipped: vec![Skipped {
                name: String::new(),
                reason: format!("not JSON: {error}"),
            }],
        },
    }
}

/// Decodes a document of log records (`{"resourceLogs": [...]}`). All fields of a record are optional,
/// so none is skipped; an invalid field counts as absent.
///
/// # Errors
/// If the text is not JSON.
///
/// # Examples
///
/// ```
/// use trace_model::{LogSeverity, otlp_json};
///
/// let logs = otlp_json::decode_logs(r#"{"resourceLogs": [{"scopeLogs": [{"logRecords": [
///     {"severityNumber": 13, "body": {"stringValue": "stock is low"}}
/// ]}]}]}"#)?;
/// assert_eq!(logs[0].severity(), LogSeverity::Warn);
/// assert_eq!(logs[0].body.as_str(), Some("stock is low"));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn decode_logs(document: &str) -> Result<Vec<Log>, serde_json::Error> {
    read(document).map(|read| read.records)
}

/// A kind of record in a document.
trait Record: Sized {
    /// The fields that have been read so far.
    type Fields: for<'de> Fields<'de> + Default;

    /// The names of the lists around records, in lowerCamelCase and in `snake_case`.
    const RESOURCE_GROUPS: [&str; 2];
    const SCOPE_GROUPS: [&str; 2];
    const RECORDS: [&str; 2];

    /// Returns the record without resource and scope, which may follow it in the document.
    fn finish(fields: Self::Fields) -> Result<Self, Skipped>;

    fn set_resource(&mut self, resource: &Arc<Resource>);

    fn set_scope(&mut self, scope: &Arc<Scope>);
}

impl Record for Span {
    type Fields = SpanFields;

    const RESOURCE_GROUPS: [&str; 2] = ["resourceSpans", "resource_spans"];
    const SCOPE_GROUPS: [&str; 2] = ["scopeSpans", "scope_spans"];
    const RECORDS: [&str; 2] = ["spans", "spans"];

    fn finish(fields: SpanFields) -> Result<Self, Skipped> {
        fields.finish()
    }

    fn set_resource(&mut self, resource: &Arc<Resource>) {
        self.resource = Arc::clone(resource);
    }

    fn set_scope(&mut self, scope: &Arc<Scope>) {
        self.scope = Arc::clone(scope);
    }
}

impl Record for Log {
    type Fields = LogFields;

    const RESOURCE_GROUPS: [&str; 2] = ["resourceLogs", "resource_logs"];
    const SCOPE_GROUPS: [&str; 2] = ["scopeLogs", "scope_logs"];
    const RECORDS: [&str; 2] = ["logRecords", "log_records"];

    fn finish(fields: LogFields) -> Result<Self, Skipped> {
        Ok(fields.finish())
    }

    fn set_resource(&mut self, resource: &Arc<Resource>) {
        self.resource = Arc::clone(resource);
    }

    fn set_scope(&mut self, scope: &Arc<Scope>) {
        self.scope = Arc::clone(scope);
    }
}

/// The records of a document.
struct Records<R> {
    records: Vec<R>,
    skipped: Vec<Skipped>,
}

fn read<R: Record>(document: &str) -> Result<Records<R>, serde_json::Error> {
    let mut read = Records {
        records: Vec::new(),
        skipped: Vec::new(),
    };
    let mut json = serde_json::Deserializer::from_str(document);
    Object(&mut Document(&mut read)).deserialize(&mut json)?;
    json.end()?;
    Ok(read)
}

struct Document<'a, R>(&'a mut Records<R>);

impl<'de, R: Record> Fields<'de> for Document<'_, R> {
    fn field<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        if R::RESOURCE_GROUPS.contains(&name) {
            return map.next_value_seed(List(self));
        }
        skip(map)
    }
}

impl<'de, R: Record> Items<'de> for Document<'_, R> {
    fn item<A: SeqAccess<'de>>(&mut self, list: &mut A) -> Result<bool, A::Error> {
        let first = self.0.records.len();
        let mut group = ResourceGroup {
            read: self.0,
            attributes: AttributeList::default(),
        };
        let found = list.next_element_seed(Object(&mut group))?.is_some();
        let resource = Arc::new(Resource {
            attributes: group.attributes.finish(),
        });
        for record in &mut self.0.records[first..] {
            record.set_resource(&resource);
        }
        Ok(found)
    }
}

/// The resource may follow its records in the document, so they get it once both have been read.
struct ResourceGroup<'a, R> {
    read: &'a mut Records<R>,
    attributes: AttributeList,
}

impl<'de, R: Record> Fields<'de> for ResourceGroup<'_, R> {
    fn field<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        if R::SCOPE_GROUPS.contains(&name) {
            return map.next_value_seed(List(self));
        }
        match name {
            "resource" => map.next_value_seed(Object(&mut ResourceFields(&mut self.attributes))),
            _ => skip(map),
        }
    }
}

impl<'de, R: Record> Items<'de> for ResourceGroup<'_, R> {
    fn item<A: SeqAccess<'de>>(&mut self, list: &mut A) -> Result<bool, A::Error> {
        let first = self.read.records.len();
        let mut group = ScopeGroup {
            read: self.read,
            scope: ScopeFields::default(),
        };
        let found = list.next_element_seed(Object(&mut group))?.is_some();
        let scope = Arc::new(group.scope.0);
        for record in &mut self.read.records[first..] {
            record.set_scope(&scope);
        }
        Ok(found)
    }
}

struct ScopeGroup<'a, R> {
    read: &'a mut Records<R>,
    scope: ScopeFields,
}

impl<'de, R: Record> Fields<'de> for ScopeGroup<'_, R> {
    fn field<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        if R::RECORDS.contains(&name) {
            return map.next_value_seed(List(self));
        }
        match name {
            "scope" => map.next_value_seed(Object(&mut self.scope)),
            _ => skip(map),
        }
    }
}

impl<'de, R: Record> Items<'de> for ScopeGroup<'_, R> {
    fn item<A: SeqAccess<'de>>(&mut self, list: &mut A) -> Result<bool, A::Error> {
        let mut fields = R::Fields::default();
        let found = list.next_element_seed(Object(&mut fields))?.is_some();
        if found {
            match R::finish(fields) {
                Ok(record) => self.read.records.push(record),
                Err(skipped) => self.read.skipped.push(skipped),
            }
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
