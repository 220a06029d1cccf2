//! Converts attributes to annotations, which X-Ray indexes, and metadata, which it only stores.

use serde_json::{Map, Number, Value as Json, json};
use trace_model::{Attribute, Attributes, Event, Span, Value};

use super::super::item_limits::ItemLimits;

/// X-Ray's limit for one trace. Other documents of the trace are not known here.
const MAX_ANNOTATIONS: usize = 50;
const MAX_ANNOTATION_CHARS: usize = 1000;

/// Returns the listed attributes of the span, or else of its resource. Other characters than
/// letters, digits and underscores are replaced in their names.
pub(super) fn annotations(span: &Span, listed: &[String], limits: ItemLimits) -> Map<String, Json> {
    let found = listed.iter().filter_map(|key| {
        let own = span.attributes.get(key);
        let value = own.or_else(|| span.resource.attributes.get(key))?;
        Some((annotation_key(key), annotation(value, limits)?))
    });
    found.take(MAX_ANNOTATIONS).collect()
}

fn annotation_key(key: &str) -> String {
    let is_allowed = |char: char| char.is_ascii_alphanumeric() || char == '_';
    key.chars()
        .map(|char| if is_allowed(char) { char } else { '_' })
        .collect()
}

fn annotation(value: &Value, limits: ItemLimits) -> Option<Json> {
    match value {
        Value::String(text) => Some(limits.truncate_to(text, MAX_ANNOTATION_CHARS).into()),
        Value::Bool(value) => Some((*value).into()),
        Value::Int(value) => Some((*value).into()),
        Value::Double(value) => Number::from_f64(*value).map(Json::Number),
        _ => None,
    }
}

/// Returns all attributes under their own names.
pub(super) fn metadata(span: &Span, limits: ItemLimits) -> Json {
    let mut metadata = json!({
        "span": { "name": limits.truncate(&span.name), "kind": span.kind.to_string() },
        "attributes": object(&span.attributes, limits),
        "resource": object(&span.resource.attributes, limits),
    });
    let events = span.events.iter().filter(|event| event.name != "exception");
    let events: Vec<_> = events.map(|entry| event(entry, limits)).collect();
    if !events.is_empty() {
        metadata["events"] = json!({ "list": events });
    }
    metadata
}

/// Replaces metadata that is too large under all limits.
pub(super) fn note(span: &Span, limits: ItemLimits) -> Json {
    json!({ "span": { "name": limits.truncate(&span.name), "metadata": "too large" } })
}

fn event(event: &Event, limits: ItemLimits) -> Json {
    json!({
        "name": limits.truncate(&event.name),
        "time_unix_nano": event.time_unix_nano,
        "attributes": object(&event.attributes, limits),
    })
}

fn object(attributes: &Attributes, limits: ItemLimits) -> Json {
    let entry = |entry: &Attribute| (entry.key.clone(), value(&entry.value, limits));
    Json::Object(attributes.0.iter().map(entry).collect())
}

fn value(given: &Value, limits: ItemLimits) -> Json {
    match given {
        Value::String(text) | Value::Bytes(text) => limits.truncate(text).into(),
        Value::Bool(value) => (*value).into(),
        Value::Int(value) => (*value).into(),
        Value::Double(double) => Number::from_f64(*double).map_or_else(
            // JSON has no number for infinities and NaN.
            || given.to_string().into(),
            Json::Number,
        ),
        Value::Array(values) => values.iter().map(|item| value(item, limits)).collect(),
        Value::Map(entries) => object(entries, limits),
        _ => Json::Null,
    }
}
