//! The trace of the server that rendered the page.
//!
//! A server announces its span with the document, in the header
//! `Server-Timing: traceparent;desc="00-…"`, or inside it, in
//! `<meta name="traceparent" content="00-…">`, which `@opentelemetry/instrumentation-document-load`
//! reads as well. The header takes precedence.

use js_sys::Array;
use opentelemetry::trace::SpanContext;
use wasm_bindgen::JsValue;

use crate::browser::js::{get, text};
use crate::browser::page::meta;
use crate::core::propagation::traceparent::parse_traceparent;

/// Returns the server's span. `entry` is the document's `PerformanceNavigationTiming`.
pub(super) fn server_span_context(entry: &JsValue) -> Option<SpanContext> {
    let timings = get(entry, "serverTiming");
    let timings = Array::is_array(&timings).then(|| Array::from(&timings));
    let header = timings.and_then(|timings| {
        let is_traceparent =
            |timing: &JsValue| text(timing, "name").as_deref() == Some("traceparent");
        text(&timings.iter().find(is_traceparent)?, "description")
    });
    parse_traceparent(&header.or_else(|| meta("traceparent"))?)
}
