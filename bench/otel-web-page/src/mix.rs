//! Records a mix of spans, for measuring the bytes of a span on the wire.

use js_sys::{Array, Object};
use opentelemetry::trace::{SpanBuilder, SpanKind, TraceContextExt as _, Tracer as _};
use opentelemetry::{Context, KeyValue, Value, global};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Starts a span for each `[name, parent's index or -1, kind, {attributes}]` of `spans`, in which parents come first, and
/// ends them in reverse order. Returns their number.
#[wasm_bindgen]
#[must_use]
pub fn record(spans: &Array) -> u32 {
    let mut started: Vec<Context> = Vec::new();
    for span in spans.iter() {
        let span = start(&Array::from(&span), &started);
        started.push(span);
    }
    for context in started.iter().rev() {
        context.span().end();
    }
    spans.length()
}

fn start(described: &Array, before: &[Context]) -> Context {
    let parent = described.get(1).as_f64().unwrap_or(-1.0);
    let parent = before.get(parent as usize).filter(|_| parent >= 0.0);
    let is_client = described.get(2).as_string().as_deref() == Some("client");
    let kind = if is_client {
        SpanKind::Client
    } else {
        SpanKind::Internal
    };
    let attributes = Object::entries(&described.get(3).into());
    let builder = SpanBuilder::from_name(described.get(0).as_string().unwrap_or_default())
        .with_kind(kind)
        .with_attributes(attributes.iter().map(|entry| attribute(&entry.into())));
    let parent = parent.cloned().unwrap_or_default();
    let span = global::tracer("bench").build_with_context(builder, &parent);
    Context::new().with_span(span)
}

fn attribute(entry: &Array) -> KeyValue {
    let key = entry.get(0).as_string().unwrap_or_default();
    KeyValue::new(key, value(&entry.get(1)))
}

fn value(js: &JsValue) -> Value {
    if let Some(flag) = js.as_bool() {
        return flag.into();
    }
    match js.as_f64() {
        Some(number) if number.fract() == 0.0 => (number as i64).into(),
        Some(number) => number.into(),
        None => js.as_string().unwrap_or_default().into(),
    }
}
