//! Attributes as annotations, which X-Ray indexes, and metadata, which it keeps.

use serde_json::{Map, Number, Value as Json, json};
use trace_model::{Attribute, Attributes, Span, Value};

/// X-Ray's bound for one trace; a document cannot know what the others of its trace hold.
const MAX_ANNOTATIONS: usize = 50;
const MAX_ANNOTATION_CHARS: usize = 1000;

/// The listed attributes of the span, or else of its resource, under names of letters,
/// digits and underscores.
pub(super) fn annotations(span: &Span, listed: &[String]) -> Map<String, Json> {
    let found = listed.iter().filter_map(|key| {
        let own = span.attributes.get(key);
        let value = own.or_else(|| span.resource.attributes.get(key))?;
        Some((annotation_key(key), annotation(value)?))
    });
    found.take(MAX_ANNOTATIONS).collect()
}

fn annotation_key(key: &str) -> String {
    let keep = |char: char| char.is_ascii_alphanumeric() || char == '_';
    key.chars()
        .map(|char| if keep(char) { char } else { '_' })
        .collect()
}

fn annotation(value: &Value) -> Option<Json> {
    match value {
        Value::String(text) => Some(
            text.chars()
                .take(MAX_ANNOTATION_CHARS)
                .collect::<String>()
                .into(),
        ),
        Value::Bool(value) => Some((*value).into()),
        Value::Int(value) => Some((*value).into()),
        Value::Double(value) => Number::from_f64(*value).map(Json::Number),
        _ => None,
    }
}

/// Everything else, nothing renamed. Texts are cut after `max_chars`.
pub(super) fn metadata(span: &Span, max_chars: usize) -> Json {
    let mut metadata = json!({
        "span": { "name": span.name, "kind": span.kind.to_string() },
        "attributes": object(&span.attributes, max_chars),
        "resource": object(&span.resource.attributes, max_chars),
    });
    let events = span.events.iter().filter(|event| event.name != "exception");
    let events: Vec<_> = events
        .map(|event| {
            let attributes = object(&event.attributes, max_chars);
            json!({ "name": event.name, "time_unix_nano": event.time_unix_nano, "attributes": attributes })
        })
        .collect();
    if !events.is_empty() {
        metadata["events"] = json!({ "list": events });
    }
    metadata
}

fn object(attributes: &Attributes, max_chars: usize) -> Json {
    let entry = |entry: &Attribute| (entry.key.clone(), value(&entry.value, max_chars));
    Json::Object(attributes.0.iter().map(entry).collect())
}

fn value(given: &Value, max_chars: usize) -> Json {
    match given {
        Value::String(text) | Value::Bytes(text) => {
            text.chars().take(max_chars).collect::<String>().into()
        }
        Value::Bool(value) => (*value).into(),
        Value::Int(value) => (*value).into(),
        Value::Double(double) => Number::from_f64(*double).map_or_else(
            // What JSON has no number for is metadata all the same.
            || given.to_string().into(),
            Json::Number,
        ),
        Value::Array(values) => values.iter().map(|item| value(item, max_chars)).collect(),
        Value::Map(entries) => object(entries, max_chars),
        _ => Json::Null,
    }
}
