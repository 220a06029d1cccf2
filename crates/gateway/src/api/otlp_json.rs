//! A trace as OTLP JSON, including doubles without a JSON number.
//!
//! serde writes `null` for NaN and infinities, which a reader takes for a missing value. ProtoJSON has
//! names for them. The names are inserted in the order in which serde writes the messages' fields.

use opentelemetry_proto::tonic::{
    common::v1::{AnyValue, KeyValue, any_value::Value},
    trace::v1::{ResourceSpans, ScopeSpans, Span, TracesData},
};

/// A colon follows only a key, so no text in a span contains this.
const MISSING: &str = r#""doubleValue":null"#;

pub(super) fn text(trace: &TracesData) -> String {
    // Serializing texts, numbers and lists does not fail.
    let json = serde_json::to_string(trace).unwrap_or_default();
    if !json.contains(MISSING) {
        return json;
    }
    let mut names = Vec::new();
    for spans in &trace.resource_spans {
        of_resource(spans, &mut names);
    }
    let mut pieces = json.split(MISSING);
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.zip(names).fold(first, |text, (piece, name)| {
        text + r#""doubleValue":""# + name + r#"""# + piece
    })
}

type Names = Vec<&'static str>;

fn of_resource(spans: &ResourceSpans, names: &mut Names) {
    if let Some(resource) = &spans.resource {
        of_attributes(&resource.attributes, names);
    }
    for spans in &spans.scope_spans {
        of_scope(spans, names);
    }
}

fn of_scope(spans: &ScopeSpans, names: &mut Names) {
    if let Some(scope) = &spans.scope {
        of_attributes(&scope.attributes, names);
    }
    for span in &spans.spans {
        of_span(span, names);
    }
}

fn of_span(span: &Span, names: &mut Names) {
    of_attributes(&span.attributes, names);
    for event in &span.events {
        of_attributes(&event.attributes, names);
    }
    for link in &span.links {
        of_attributes(&link.attributes, names);
    }
}

fn of_attributes(attributes: &[KeyValue], names: &mut Names) {
    let values = attributes.iter().filter_map(|pair| pair.value.as_ref());
    values.for_each(|value| of_value(value, names));
}

fn of_value(value: &AnyValue, names: &mut Names) {
    match &value.value {
        Some(Value::DoubleValue(double)) => names.extend(name(*double)),
        Some(Value::ArrayValue(array)) => {
            array.values.iter().for_each(|value| of_value(value, names));
        }
        Some(Value::KvlistValue(list)) => of_attributes(&list.values, names),
        _ => {}
    }
}

const fn name(double: f64) -> Option<&'static str> {
    match double {
        f64::INFINITY => Some("Infinity"),
        f64::NEG_INFINITY => Some("-Infinity"),
        _ if double.is_nan() => Some("NaN"),
        _ => None,
    }
}
