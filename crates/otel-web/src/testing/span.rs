//! A recorded span, decoded from the bytes that are exported.

use std::time::Duration;

use opentelemetry::trace::{SpanId, SpanKind, TraceId};
use opentelemetry::{Array, StringValue, Value};

use crate::core::otlp::reader::{self, Field, Fields};

/// A span that has ended, as a receiver gets it.
///
/// Returned by [`Recorder::spans`](super::Recorder::spans) and in a [`Trace`](super::Trace). For
/// comparisons, prefer [`expect`](super::expect), whose failures print the whole trace.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Span {
    /// The id of the trace.
    pub trace_id: TraceId,
    /// The id of the span.
    pub span_id: SpanId,
    /// The id of the parent span. `None` for a root.
    pub parent_span_id: Option<SpanId>,
    /// The name.
    pub name: String,
    /// The kind.
    pub kind: SpanKind,
    /// The start, as time since 1970.
    pub start: Duration,
    /// The end, as time since 1970.
    pub end: Duration,
    /// The attributes in the order in which they were first set.
    pub attributes: Vec<(String, Value)>,
    /// The names of the events, such as `exception`.
    pub events: Vec<String>,
    /// The ids of the linked traces, such as the previous trace of the session.
    pub links: Vec<TraceId>,
    /// The description of the status ERROR. `None` for other statuses.
    pub error: Option<String>,
}

impl Span {
    /// Returns the value of an attribute.
    ///
    /// # Examples
    ///
    /// ## A number
    ///
    /// ```
    /// use opentelemetry::trace::{Tracer, TracerProvider};
    /// use opentelemetry::{KeyValue, Value};
    /// use otel_web::testing::Recorder;
    ///
    /// let recorder = Recorder::install();
    /// let tracer = otel_web::TracerProvider::default().tracer("shop");
    /// let builder = tracer.span_builder("cart.total");
    /// drop(builder.with_attributes([KeyValue::new("cart.items", 3)]).start(&tracer));
    ///
    /// let trace = recorder.find("cart.total").expect("a trace");
    /// let root = trace.root().expect("a root");
    /// assert_eq!(root.attribute("cart.items"), Some(&Value::I64(3)));
    /// ```
    #[must_use]
    pub fn attribute(&self, key: &str) -> Option<&Value> {
        let found = self.attributes.iter().find(|(known, _)| known == key);
        found.map(|(_, value)| value)
    }

    /// Decodes an OTLP `Span` message. Unknown fields are skipped.
    pub(super) fn decode(bytes: &[u8]) -> Self {
        let mut span = Self::empty();
        Fields(bytes).for_each(|field| span.set(field));
        span
    }

    fn empty() -> Self {
        Self {
            trace_id: TraceId::INVALID,
            span_id: SpanId::INVALID,
            parent_span_id: None,
            name: String::new(),
            kind: SpanKind::Internal,
            start: Duration::ZERO,
            end: Duration::ZERO,
            attributes: Vec::new(),
            events: Vec::new(),
            links: Vec::new(),
            error: None,
        }
    }

    fn set(&mut self, field: Field<'_>) {
        match field.number {
            1 => self.trace_id = trace_id(field),
            2 => self.span_id = span_id(field),
            4 => self.parent_span_id = Some(span_id(field)),
            5 => self.name = text(field),
            6 => self.kind = kind(field.value),
            7 => self.start = Duration::from_nanos(field.value),
            8 => self.end = Duration::from_nanos(field.value),
            9 => self.attributes.push(attribute(field)),
            11 => self
                .events
                .push(inner(field, 2).map_or_else(String::new, text)),
            13 => self.links.extend(inner(field, 1).map(trace_id)),
            15 => self.error = error(field),
            _ => {}
        }
    }
}

/// Returns the field `number` of a nested message.
fn inner(message: Field<'_>, number: u64) -> Option<Field<'_>> {
    reader::find(message.content, number)
}

fn text(field: Field<'_>) -> String {
    String::from_utf8_lossy(field.content).into_owned()
}

fn trace_id(field: Field<'_>) -> TraceId {
    field
        .content
        .try_into()
        .map_or(TraceId::INVALID, TraceId::from_bytes)
}

fn span_id(field: Field<'_>) -> SpanId {
    field
        .content
        .try_into()
        .map_or(SpanId::INVALID, SpanId::from_bytes)
}

fn kind(number: u64) -> SpanKind {
    match number {
        2 => SpanKind::Server,
        3 => SpanKind::Client,
        4 => SpanKind::Producer,
        5 => SpanKind::Consumer,
        _ => SpanKind::Internal,
    }
}

fn error(status: Field<'_>) -> Option<String> {
    let is_error = inner(status, 3).map(|code| code.value) == Some(2);
    is_error.then(|| inner(status, 2).map_or_else(String::new, text))
}

fn attribute(field: Field<'_>) -> (String, Value) {
    let key = inner(field, 1).map_or_else(String::new, text);
    (key, inner(field, 2).map_or_else(|| Value::from(""), value))
}

fn value(any: Field<'_>) -> Value {
    let Some(field) = Fields(any.content).next() else {
        return Value::from("");
    };
    match field.number {
        2 => Value::Bool(field.value != 0),
        3 => Value::I64(field.value.cast_signed()),
        4 => Value::F64(f64::from_bits(field.value)),
        5 => Value::Array(array(field)),
        _ => Value::from(text(field)),
    }
}

/// Decodes an array. All items have the type of the first.
fn array(field: Field<'_>) -> Array {
    let items: Vec<Value> = Fields(field.content).map(value).collect();
    match items.first() {
        Some(Value::Bool(_)) => Array::Bool(items.iter().filter_map(as_bool).collect()),
        Some(Value::I64(_)) => Array::I64(items.iter().filter_map(as_i64).collect()),
        Some(Value::F64(_)) => Array::F64(items.iter().filter_map(as_f64).collect()),
        _ => Array::String(
            items
                .iter()
                .map(|item| StringValue::from(item.to_string()))
                .collect(),
        ),
    }
}

fn as_bool(value: &Value) -> Option<bool> {
    if let Value::Bool(truth) = value {
        Some(*truth)
    } else {
        None
    }
}

fn as_i64(value: &Value) -> Option<i64> {
    if let Value::I64(number) = value {
        Some(*number)
    } else {
        None
    }
}

fn as_f64(value: &Value) -> Option<f64> {
    if let Value::F64(number) = value {
        Some(*number)
    } else {
        None
    }
}
