//! Network timings of requests, on their CLIENT spans.
//!
//! The browser tells them when the body has arrived, while the span ends with the response's
//! headers. The span is not kept open for that, nor is the body touched: the timings are added when
//! they come, as long as the span's batch is not sealed.

use std::cell::RefCell;

use opentelemetry::trace::{SpanContext, SpanId};
use wasm_bindgen::JsValue;

use super::{observer, timing};
use crate::js::{number, text};
use crate::{pipeline, platform};

/// More requests than this at once are not waited for.
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
    AWAITED.with(|cell| {
        let mut awaited = cell.borrow_mut();
        if is_recorded.flatten().is_some() && awaited.len() < MOST_AWAITED {
            let start_ms = platform::monotonic_ms();
            awaited.push(Awaited {
                span_id,
                url: url.to_owned(),
                start_ms,
            });
        }
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
    AWAITED.with(|cell| {
        let mut awaited = cell.borrow_mut();
        if awaited.is_empty() {
            return None;
        }
        let url = text(entry, "name")?;
        let latest = number(entry, "startTime")? + TOLERANCE_MS;
        let is_it = |request: &Awaited| request.url == url && request.start_ms <= latest;
        let index = awaited.iter().rposition(is_it)?;
        Some(awaited.remove(index).span_id)
    })
}

/// Forgets the requests whose spans have gone.
pub(super) fn forget_ended() {
    AWAITED.with(|cell| {
        let is_open = |request: &Awaited| {
            pipeline::with(|p| p.record_mut(request.span_id).is_some()) == Some(true)
        };
        cell.borrow_mut().retain(is_open);
    });
}
