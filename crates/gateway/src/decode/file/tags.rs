//! Tags as attributes, and the tags that are fields of a span in OTLP.

use opentelemetry_proto::tonic::{
    common::v1::{AnyValue, ArrayValue, InstrumentationScope, KeyValue, any_value::Value as Any},
    trace::v1::{Span, Status},
};
use serde_json::Value;

/// The values of `SpanKind`.
const KINDS: [(&str, i32); 5] = [
    ("internal", 1),
    ("server", 2),
    ("client", 3),
    ("producer", 4),
    ("consumer", 5),
];

const OK: i32 = 1;
const ERROR: i32 = 2;

/// The names that OpenTracing and Zipkin define, and those of OpenTelemetry's semantic conventions.
const RENAMED: [(&str, &str); 8] = [
    ("http.method", "http.request.method"),
    ("http.status_code", "http.response.status_code"),
    ("http.url", "url.full"),
    ("http.path", "url.path"),
    ("http.user_agent", "user_agent.original"),
    ("sql.query", "db.query.text"),
    ("db.statement", "db.query.text"),
    ("db.instance", "db.namespace"),
];

/// What the tags of a span say besides its attributes.
#[derive(Default)]
pub(super) struct Tags {
    attributes: Vec<KeyValue>,
    kind: Option<i32>,
    /// The tag `error`: whether it failed, and the message.
    error: Option<(bool, String)>,
    status: Option<i32>,
    status_message: String,
    trace_state: String,
    scope: InstrumentationScope,
}

impl Tags {
    pub(super) fn add(&mut self, key: String, value: Any) {
        let text = as_text(&value);
        match key.as_str() {
            "span.kind" if kind(&text).is_some() => self.kind = kind(&text),
            "error" => self.error = Some(error(text)),
            "otel.status_code" if text.eq_ignore_ascii_case("error") => self.status = Some(ERROR),
            "otel.status_code" if text.eq_ignore_ascii_case("ok") => self.status = Some(OK),
            "otel.status_description" => self.status_message = text,
            "w3c.tracestate" => self.trace_state = text,
            "otel.scope.name" | "otel.library.name" => self.scope.name = text,
            "otel.scope.version" | "otel.library.version" => self.scope.version = text,
            // It says by which client of Jaeger the span was sent.
            "internal.span.format" => {}
            _ => self.push(key, value),
        }
    }

    fn push(&mut self, key: String, value: Any) {
        let renamed = RENAMED.iter().find(|(former, _)| *former == key);
        let (key, value) = match renamed {
            Some((_, "http.response.status_code")) => {
                ("http.response.status_code".to_owned(), as_int(value))
            }
            Some((_, name)) => ((*name).to_owned(), value),
            None => (key, value),
        };
        // A span that has both names keeps the first value.
        if renamed.is_none() || self.attributes.iter().all(|pair| pair.key != key) {
            self.attributes.push(attribute(key, value));
        }
    }

    /// Writes the tags to the span, and returns its scope.
    pub(super) fn apply(self, span: &mut Span) -> Option<InstrumentationScope> {
        span.attributes.splice(0..0, self.attributes);
        span.kind = self.kind.unwrap_or(span.kind);
        span.trace_state = self.trace_state;
        let failed = self.error.as_ref().is_some_and(|(failed, _)| *failed);
        let code = self.status.or(failed.then_some(ERROR));
        if let Some(code) = code {
            let of_error = self.error.map(|(_, message)| message).unwrap_or_default();
            let message = Some(self.status_message).filter(|text| !text.is_empty());
            span.status = Some(Status {
                code,
                message: message.unwrap_or(of_error),
            });
        }
        let has_scope = !self.scope.name.is_empty() || !self.scope.version.is_empty();
        has_scope.then_some(self.scope)
    }
}

/// Returns the kind with this name, in any case.
pub(super) fn kind(name: &str) -> Option<i32> {
    let found = KINDS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, kind)| *kind)
}

/// Reads the tag `error`: a bool, or in Zipkin the message.
fn error(text: String) -> (bool, String) {
    match text.as_str() {
        "false" | "0" => (false, String::new()),
        "true" | "1" | "" => (true, String::new()),
        _ => (true, text),
    }
}

pub(super) fn attribute(key: impl Into<String>, value: Any) -> KeyValue {
    KeyValue {
        key: key.into(),
        value: Some(AnyValue { value: Some(value) }),
        ..KeyValue::default()
    }
}

pub(super) fn text(key: &str, value: impl Into<String>) -> KeyValue {
    attribute(key, Any::StringValue(value.into()))
}

pub(super) fn list(texts: Vec<String>) -> Any {
    let value = |text| AnyValue {
        value: Some(Any::StringValue(text)),
    };
    Any::ArrayValue(ArrayValue {
        values: texts.into_iter().map(value).collect(),
    })
}

fn as_text(value: &Any) -> String {
    match value {
        Any::StringValue(text) => text.clone(),
        Any::BoolValue(bool) => bool.to_string(),
        Any::IntValue(int) => int.to_string(),
        Any::DoubleValue(double) => double.to_string(),
        _ => String::new(),
    }
}

/// Returns a number if it is one, also in a text.
fn as_int(value: Any) -> Any {
    let parsed = as_text(&value).trim().parse().ok();
    parsed.map_or(value, Any::IntValue)
}

/// Converts a JSON value. Lists and objects become their JSON. `None`: `null`.
pub(super) fn value(value: Value) -> Option<Any> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(bool) => Any::BoolValue(bool),
        Value::String(text) => Any::StringValue(text),
        Value::Number(number) => match number.as_i64() {
            Some(int) => Any::IntValue(int),
            None => Any::DoubleValue(number.as_f64().unwrap_or_default()),
        },
        Value::Array(_) | Value::Object(_) => Any::StringValue(value.to_string()),
    })
}
