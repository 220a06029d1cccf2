//! Network timings of requests, on their CLIENT spans.
//!
//! The browser tells them when the body has arrived, while the span ends with the response's
//! headers. The span is not kept open for that, nor is the body touched: the timings are added when
//! they come, as long as the span's batch is not sealed.

use std::cell::RefCell;

use opentelemetry::trace::{SpanContext, SpanId};
use wasm_bindgen::JsValue;

use super::{observer, timing};
use crate::js::{float, text};
use crate::{pipeline, platform};

/// When more requests than this are under way, the oldest are not waited for.
const MOST_AWAITED: usize = 128;
/// The browser's clock and ours are read one after the other, and are both coarse.
const TOLERANCE_MS: f64 = 1.0;

thread_local! {
    static AWAITED: RefCell<Vec<Awaited>> = const { RefCell::new(Vec::new()) };
}

/// A request whose timings are not known yet.
struct Awaited {
    span_id: SpanId,
    /// Absolute, as the browser writes it.
    url: String,
    start_ms: f64,
}

/// Observes requests from now on.
pub(crate) fn install() {
    observer::observe(&["resource"]);
}

/// Call when the request that `span` stands for is about to leave.
pub(crate) fn await_timings(span: &SpanContext, url: &str) {
    #[cfg(feature = "frustration")]
    super::dead_click::effect();
    let span_id = span.span_id();
    let is_recorded = pipeline::with(|pipeline| {
        let ticket = pipeline.open.find(span_id)?;
        pipeline.open.get_mut(ticket)?.lingers = true;
        Some(())
    });
    if is_recorded.flatten().is_none() {
        return;
    }
    with(|awaited| {
        // Spans that have gone are forgotten in the end.
        if awaited.len() >= MOST_AWAITED {
            awaited.remove(0);
        }
        awaited.push(Awaited {
            span_id,
            url: url.to_owned(),
            start_ms: platform::monotonic_ms(),
        });
        Some(())
    });
}

pub(super) fn observed(entry: &JsValue) {
    if let Some(span_id) = span_of(entry) {
        pipeline::with(|pipeline| {
            if let Some(record) = pipeline.record_mut(span_id) {
                timing::describe(entry, &mut record.attributes);
            }
        });
    }
}

/// The latest request to the entry's URL that did not begin after it. Its timings are known now.
fn span_of(entry: &JsValue) -> Option<SpanId> {
    with(|awaited| {
        if awaited.is_empty() {
            return None;
        }
        let url = text(entry, "name")?;
        let latest = float(entry, "startTime") + TOLERANCE_MS;
        let is_it = |request: &Awaited| request.start_ms <= latest && request.url == url;
        let index = awaited.iter().rposition(is_it)?;
        Some(awaited.remove(index).span_id)
    })
}

fn with<R>(f: impl FnOnce(&mut Vec<Awaited>) -> Option<R>) -> Option<R> {
    AWAITED.with(|cell| f(&mut *cell.try_borrow_mut().ok()?))
}
