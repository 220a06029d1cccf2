//! The trace of the server that made the page.
//!
//! A server tells it with the document, in `Server-Timing: traceparent;desc="00-…"`, or inside of
//! it, in `<meta name="traceparent" content="00-…">`.

use js_sys::Array;
use opentelemetry::trace::SpanContext;
use wasm_bindgen::JsValue;

use crate::js::{get, text};
use crate::propagation::parse_traceparent;
use crate::telemetry::meta;

/// The server's span.
pub(super) fn trace_of(entry: &JsValue) -> Option<SpanContext> {
    let timings = get(entry, "serverTiming");
    let timings = Array::is_array(&timings).then(|| Array::from(&timings));
    let told = timings.and_then(|timings| {
        let is_it = |timing: &JsValue| text(timing, "name").as_deref() == Some("traceparent");
        text(&timings.iter().find(is_it)?, "description")
    });
    parse_traceparent(&told.or_else(|| meta("traceparent"))?)
}
