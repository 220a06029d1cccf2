//! Attribute lists and their typed values.

use serde_json::Value as Json;

use super::fields::{array, field, text};
use crate::{Attribute, Attributes, Value};

/// The `attributes` of a span, event, link or resource; an entry without a key is no entry.
pub(super) fn attributes(owner: &Json) -> Attributes {
    entries(array(owner, "attributes", "attributes"))
}

fn entries(list: &[Json]) -> Attributes {
    let named = list
        .iter()
        .filter(|entry| !text(entry, "key", "key").is_empty());
    named
        .map(|entry| Attribute {
            key: text(entry, "key", "key").to_owned(),
            value: field(entry, "value", "value").map_or(Value::Empty, value),
        })
        .collect()
}

fn value(json: &Json) -> Value {
    let kinds: [(&str, &str, fn(&Json) -> Option<Value>); 7] = [
        ("stringValue", "string_value", string),
        ("boolValue", "bool_value", |json| {
            json.as_bool().map(Value::Bool)
        }),
        ("intValue", "int_value", int),
        ("doubleValue", "double_value", double),
        ("bytesValue", "bytes_value", |json| {
            Some(Value::Bytes(json.as_str()?.to_owned()))
        }),
        ("arrayValue", "array_value", |json| {
            let values = array(json, "values", "values");
            Some(Value::Array(values.iter().map(value).collect()))
        }),
        ("kvlistValue", "kvlist_value", |json| {
            Some(Value::Map(entries(array(json, "values", "values"))))
        }),
    ];
    let mut found = kinds
        .iter()
        .filter_map(|(camel, snake, read)| read(field(json, camel, snake)?));
    found.next().unwrap_or(Value::Empty)
}

fn string(json: &Json) -> Option<Value> {
    json.as_str().map(Value::from)
}

fn int(json: &Json) -> Option<Value> {
    match json {
        Json::String(digits) => digits.parse().ok(),
        number => number.as_i64(),
    }
    .map(Value::Int)
}

/// Infinities and not-a-number are text in JSON, as protobuf writes them.
fn double(json: &Json) -> Option<Value> {
    match json {
        Json::String(text) => text.parse().ok(),
        number => number.as_f64(),
    }
    .map(Value::Double)
}
