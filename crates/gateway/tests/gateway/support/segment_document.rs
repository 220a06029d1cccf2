//! AWS's documentation of segment documents as rules for each field:
//! <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html>.

use serde_json::Value;

use super::rules::{Rule, all, first_mistake, follows, is_hex, is_text};

const DOCUMENT: &[Rule] = &[
    ("name", is_name),
    ("id", is_id),
    ("trace_id", is_trace_id),
    ("parent_id", is_id),
    ("type", |value| value == "subsegment"),
    ("namespace", |value| value == "remote" || value == "aws"),
    ("start_time", is_time),
    ("end_time", is_time),
    ("in_progress", |value| value == &Value::Bool(true)),
    ("error", Value::is_boolean),
    ("throttle", Value::is_boolean),
    ("fault", Value::is_boolean),
    ("http", |value| {
        follows(value, &[("request", is_request), ("response", is_response)])
    }),
    ("sql", is_sql),
    ("cause", is_cause),
    ("annotations", are_annotations),
    ("metadata", is_metadata),
    ("user", is_text),
    ("origin", is_text),
    ("service", Value::is_object),
    ("aws", Value::is_object),
    ("subsegments", are_subsegments),
];

/// A separate document: a segment, or a subsegment with its trace and its parent.
pub(super) fn check(document: &Value) -> Result<(), String> {
    let has = |key: &str| document.get(key).is_some();
    if !has("trace_id") {
        return Err(format!("trace_id is missing: {document}"));
    }
    if has("type") && !has("parent_id") {
        return Err(format!("a subsegment names its parent: {document}"));
    }
    if has("namespace") && !has("type") {
        return Err(format!("a segment has no namespace: {document}"));
    }
    check_part(document)
}

/// Rules that also hold for a subsegment within its segment.
fn check_part(document: &Value) -> Result<(), String> {
    let number = |key: &str| document[key].as_f64();
    for key in ["name", "id", "start_time"] {
        if document.get(key).is_none() {
            return Err(format!("{key} is missing: {document}"));
        }
    }
    if document.get("end_time").is_some() == document.get("in_progress").is_some() {
        return Err(format!("either end_time or in_progress: {document}"));
    }
    if number("end_time").is_some_and(|end| number("start_time") > Some(end)) {
        return Err(format!("it ends before it starts: {document}"));
    }
    match first_mistake(document, DOCUMENT) {
        Some(field) => Err(format!("{field}: {document}")),
        None => Ok(()),
    }
}

fn is_id(value: &Value) -> bool {
    value.as_str().is_some_and(|id| is_hex(id, 16))
}

fn is_trace_id(value: &Value) -> bool {
    let parts: Vec<_> = value.as_str().unwrap_or_default().split('-').collect();
    matches!(parts[..], ["1", time, unique] if is_hex(time, 8) && is_hex(unique, 24))
}

/// Seconds since 1970, not milliseconds.
fn is_time(value: &Value) -> bool {
    value
        .as_f64()
        .is_some_and(|time| (0.0..1e11).contains(&time))
}

fn is_name(value: &Value) -> bool {
    let name = value.as_str().unwrap_or_default();
    let allowed = |char: char| {
        char.is_alphanumeric() || char.is_whitespace() || "_.:/%&#=+\\-@".contains(char)
    };
    !name.is_empty() && name.chars().count() <= 200 && name.chars().all(allowed)
}

fn is_request(value: &Value) -> bool {
    let rules: &[Rule] = &[
        ("method", is_text),
        ("url", is_text),
        ("user_agent", is_text),
        ("client_ip", is_text),
        ("x_forwarded_for", Value::is_boolean),
        ("traced", Value::is_boolean),
    ];
    follows(value, rules)
}

fn is_response(value: &Value) -> bool {
    let rules: &[Rule] = &[("status", Value::is_u64), ("content_length", Value::is_u64)];
    follows(value, rules)
}

fn is_sql(value: &Value) -> bool {
    let keys = [
        "connection_string",
        "url",
        "sanitized_query",
        "database_type",
        "database_version",
        "driver_version",
        "user",
    ];
    let mut rules: Vec<Rule> = keys.map(|key| (key, is_text as fn(&Value) -> bool)).into();
    rules.push(("preparation", |value| {
        value == "call" || value == "statement"
    }));
    follows(value, &rules)
}

/// Exceptions, or the id of an exception in another subsegment.
fn is_cause(value: &Value) -> bool {
    let rules: &[Rule] = &[
        ("working_directory", is_text),
        ("paths", |value| all(value, is_text)),
        ("exceptions", |value| all(value, is_exception)),
    ];
    is_id(value) || follows(value, rules)
}

fn is_exception(value: &Value) -> bool {
    let rules: &[Rule] = &[
        ("id", is_id),
        ("message", is_text),
        ("type", is_text),
        ("remote", Value::is_boolean),
        ("truncated", Value::is_u64),
        ("skipped", Value::is_u64),
        ("cause", is_id),
        ("stack", |value| all(value, is_call)),
    ];
    value.get("id").is_some() && follows(value, rules)
}

fn is_call(value: &Value) -> bool {
    let rules: &[Rule] = &[
        ("path", is_text),
        ("line", Value::is_u64),
        ("label", is_text),
    ];
    follows(value, rules)
}

fn are_annotations(value: &Value) -> bool {
    let is_key = |key: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        (1..=500).contains(&key.len()) && key.bytes().all(allowed)
    };
    let is_value = |value: &Value| match value {
        Value::String(text) => text.chars().count() <= 1000,
        Value::Number(_) | Value::Bool(_) => true,
        _ => false,
    };
    value.as_object().is_some_and(|all| {
        all.len() <= 50
            && all
                .iter()
                .all(|(key, value)| is_key(key) && is_value(value))
    })
}

/// Keys that begin with `AWS.` are reserved for AWS's own programs.
fn is_metadata(value: &Value) -> bool {
    let fields = value.as_object();
    fields.is_some_and(|fields| fields.keys().all(|key| !key.starts_with("AWS.")))
}

fn are_subsegments(value: &Value) -> bool {
    all(value, |part| check_part(part).is_ok())
}

mod tests;
