//! What a document says besides name and time, under OpenTelemetry's names where there are any.

use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, KeyValue, KeyValueList, any_value::Value as Any,
};
use serde_json::{Map, Value};

use super::document::{Document, Http, Sql};

pub(super) fn of(document: &Document) -> Vec<KeyValue> {
    let mut attributes = Vec::new();
    attributes.extend(document.http.iter().flat_map(http));
    attributes.extend(document.sql.iter().flat_map(sql));
    attributes.extend(document.user.as_ref().map(|user| text("enduser.id", user)));
    attributes.extend(
        document
            .origin
            .as_ref()
            .map(|origin| text("aws.xray.origin", origin)),
    );
    attributes.extend(flags(document));
    attributes.extend(aws(&document.aws));
    attributes.extend(map(&document.annotations));
    let metadata = document.metadata.iter();
    attributes.extend(
        metadata
            .map(|(namespace, value)| attribute(&format!("aws.xray.metadata.{namespace}"), value)),
    );
    attributes
}

pub(super) fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, &value.into())
}

fn http(http: &Http) -> impl Iterator<Item = KeyValue> {
    let (request, response) = (http.request.clone(), http.response.clone());
    let length = response.content_length.and_then(|length| match length {
        Value::String(digits) => digits.parse().ok(),
        other => other.as_i64(),
    });
    [
        ("http.request.method", request.method.map(Value::from)),
        ("url.full", request.url.map(Value::from)),
        ("user_agent.original", request.user_agent.map(Value::from)),
        ("client.address", request.client_ip.map(Value::from)),
        (
            "http.response.status_code",
            response.status.map(Value::from),
        ),
        ("http.response.body.size", length.map(Value::from)),
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

/// What X-Ray itself says of the outcome, and that there is none yet.
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

/// Operation, region, request id and the like; the SDK's own name is the resource's.
fn aws(aws: &Map<String, Value>) -> impl Iterator<Item = KeyValue> + '_ {
    let others = aws.iter().filter(|(key, _)| *key != "xray");
    others.map(|(key, value)| attribute(&format!("aws.{key}"), value))
}

fn map(map: &Map<String, Value>) -> Vec<KeyValue> {
    map.iter()
        .map(|(key, value)| attribute(key, value))
        .collect()
}

fn attribute(key: &str, value: &Value) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(any(value)),
        ..KeyValue::default()
    }
}

fn any(value: &Value) -> AnyValue {
    let value = match value {
        Value::Null => None,
        Value::Bool(bool) => Some(Any::BoolValue(*bool)),
        Value::Number(number) => Some(number.as_i64().map_or_else(
            || Any::DoubleValue(number.as_f64().unwrap_or_default()),
            Any::IntValue,
        )),
        Value::String(text) => Some(Any::StringValue(text.clone())),
        Value::Array(items) => Some(Any::ArrayValue(ArrayValue {
            values: items.iter().map(any).collect(),
        })),
        Value::Object(fields) => Some(Any::KvlistValue(KeyValueList {
            values: map(fields),
        })),
    };
    AnyValue { value }
}
