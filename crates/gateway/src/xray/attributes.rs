//! Converts a document's fields to attributes, with the names of OpenTelemetry's semantic
//! conventions where they exist.

use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, KeyValue, KeyValueList, any_value::Value as Any,
};
use serde_json::{Map, Value};

use super::document::{Document, Http, Sql};

pub(super) fn of(document: &Document) -> Vec<KeyValue> {
    let mut attributes = Vec::new();
    attributes.extend(http(&document.http));
    attributes.extend(sql(&document.sql));
    attributes.extend(document.user.as_ref().map(|user| text("enduser.id", user)));
    attributes.extend(
        document
            .origin
            .as_ref()
            .map(|origin| text("aws.xray.origin", origin)),
    );
    attributes.extend(flags(document));
    attributes.extend(aws(&document.aws));
    attributes.extend(map(&document.annotations, 0));
    let metadata = document.metadata.iter();
    attributes.extend(
        metadata
            .map(|(namespace, value)| attribute(&format!("aws.xray.metadata.{namespace}"), value)),
    );
    attributes.extend(map(&document.others, 0));
    attributes
}

pub(super) fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, &value.into())
}

fn http(http: &Http) -> impl Iterator<Item = KeyValue> {
    let text = |text: &Option<String>| text.clone().map(Value::from);
    [
        ("http.request.method", text(&http.method)),
        ("url.full", text(&http.url)),
        ("user_agent.original", text(&http.user_agent)),
        ("client.address", text(&http.client_ip)),
        ("http.response.status_code", http.status.clone()),
        ("http.response.body.size", http.content_length.clone()),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some(attribute(key, &value?)))
}

fn sql(sql: &Sql) -> impl Iterator<Item = KeyValue> {
    let system = sql
        .database_type
        .as_ref()
        .map(|name| name.to_ascii_lowercase());
    [
        ("db.system.name", system),
        ("db.query.text", sql.sanitized_query.clone()),
        ("db.connection_string", sql.url.clone()),
        ("db.user", sql.user.clone()),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some(text(key, &value?)))
}

/// Converts X-Ray's flags of failures, and that the document is in progress.
fn flags(document: &Document) -> impl Iterator<Item = KeyValue> {
    [
        ("aws.xray.error", document.error),
        ("aws.xray.throttle", document.throttle),
        ("aws.xray.fault", document.fault),
        ("aws.xray.in_progress", !document.is_complete()),
    ]
    .into_iter()
    .filter(|(_, is_set)| *is_set)
    .map(|(key, is_set)| attribute(key, &is_set.into()))
}

/// Converts operation, region, request id and so on. The SDK's name belongs to the resource.
fn aws(aws: &Map<String, Value>) -> impl Iterator<Item = KeyValue> + '_ {
    let others = aws.iter().filter(|(key, _)| *key != "xray");
    others.map(|(key, value)| attribute(&format!("aws.{key}"), value))
}

fn map(map: &Map<String, Value>, depth: usize) -> Vec<KeyValue> {
    map.iter()
        .map(|(key, value)| nested(key, value, depth))
        .collect()
}

fn attribute(key: &str, value: &Value) -> KeyValue {
    nested(key, value, 0)
}

fn nested(key: &str, value: &Value, depth: usize) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(any(value, depth)),
        ..KeyValue::default()
    }
}

/// Nested lists and maps. Deeper ones become JSON, because such a span would be rejected.
const MAX_DEPTH: usize = 15;

fn any(value: &Value, depth: usize) -> AnyValue {
    let value = match value {
        Value::Null => None,
        Value::Bool(bool) => Some(Any::BoolValue(*bool)),
        Value::Number(number) => Some(number.as_i64().map_or_else(
            || Any::DoubleValue(number.as_f64().unwrap_or_default()),
            Any::IntValue,
        )),
        Value::String(text) => Some(Any::StringValue(text.clone())),
        Value::Array(_) | Value::Object(_) if depth == MAX_DEPTH => {
            Some(Any::StringValue(value.to_string()))
        }
        Value::Array(items) => Some(Any::ArrayValue(ArrayValue {
            values: items.iter().map(|item| any(item, depth + 1)).collect(),
        })),
        Value::Object(fields) => Some(Any::KvlistValue(KeyValueList {
            values: map(fields, depth + 1),
        })),
    };
    AnyValue { value }
}
