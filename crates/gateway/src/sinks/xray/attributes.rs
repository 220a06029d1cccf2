//! Attributes as annotations, which X-Ray indexes, and metadata, which it keeps.

use serde_json::{Map, Number, Value as Json, json};
use trace_model::{Attribute, Attributes, Event, Span, Value};

use super::super::room::Room;

/// X-Ray's bound for one trace; a document cannot know what the others of its trace hold.
const MAX_ANNOTATIONS: usize = 50;
const MAX_ANNOTATION_CHARS: usize = 1000;

/// The listed attributes of the span, or else of its resource, under names of letters,
/// digits and underscores.
pub(super) fn annotations(span: &Span, listed: &[String], room: &Room) -> Map<String, Json> {
    let found = listed.iter().filter_map(|key| {
        let own = span.attributes.get(key);
        let value = own.or_else(|| span.resource.attributes.get(key))?;
        Some((annotation_key(key), annotation(value, room)?))
    });
    found.take(MAX_ANNOTATIONS).collect()
}

fn annotation_key(key: &str) -> String {
    let keep = |char: char| char.is_ascii_alphanumeric() || char == '_';
    key.chars()
        .map(|char| if keep(char) { char } else { '_' })
        .collect()
}

fn annotation(value: &Value, room: &Room) -> Option<Json> {
    match value {
        Value::String(text) => Some(room.cut_to(text, MAX_ANNOTATION_CHARS).into()),
        Value::Bool(value) => Some((*value).into()),
        Value::Int(value) => Some((*value).into()),
        Value::Double(value) => Number::from_f64(*value).map(Json::Number),
        _ => None,
    }
}

/// Everything else, nothing renamed.
pub(super) fn metadata(span: &Span, room: &Room) -> Json {
    let mut metadata = json!({
        "span": { "name": room.cut(&span.name), "kind": span.kind.to_string() },
        "attributes": object(&span.attributes, room),
        "resource": object(&span.resource.attributes, room),
    });
    let events = span.events.iter().filter(|event| event.name != "exception");
    let events: Vec<_> = events.map(|given| event(given, room)).collect();
    if !events.is_empty() {
        metadata["events"] = json!({ "list": events });
    }
    metadata
}

/// Instead of metadata that no bound on texts makes small enough.
pub(super) fn note(span: &Span, room: &Room) -> Json {
    json!({ "span": { "name": room.cut(&span.name), "metadata": "too large" } })
}

fn event(event: &Event, room: &Room) -> Json {
    json!({
        "name": room.cut(&event.name),
        "time_unix_nano": event.time_unix_nano,
        "attributes": object(&event.attributes, room),
    })
}

fn object(attributes: &Attributes, room: &Room) -> Json {
    let entry = |entry: &Attribute| (entry.key.clone(), value(&entry.value, room));
    Json::Object(attributes.0.iter().map(entry).collect())
}

fn value(given: &Value, room: &Room) -> Json {
    match given {
        Value::String(text) | Value::Bytes(text) => room.cut(text).into(),
        Value::Bool(value) => (*value).into(),
        Value::Int(value) => (*value).into(),
        Value::Double(double) => Number::from_f64(*double).map_or_else(
            // What JSON has no number for is metadata all the same.
            || given.to_string().into(),
            Json::Number,
        ),
        Value::Array(values) => values.iter().map(|item| value(item, room)).collect(),
        Value::Map(entries) => object(entries, room),
        _ => Json::Null,
    }
}
