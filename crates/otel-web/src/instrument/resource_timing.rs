//! Network timings of requests, on their CLIENT spans.
//!
//! The browser tells them when the body has arrived, while the span ends with the response's
//! headers. The span is not kept open for that, nor is the body touched: the timings are added when
//! they come, as long as the span's batch is not sealed.

use std::cell::RefCell;

use opentelemetry::trace::{SpanContext, SpanId};
use wasm_bindgen::JsValue;

use super::{observer, timing, told};
use crate::js::{float, text};
use crate::otlp::Attributes;
use crate::{pipeline, platform};

/// When more requests than this are under way, the oldest are not waited for.
const MOST_AWAITED: usize = 128;
/// The browser's clock and ours are read one after the other, and are both coarse.
const TOLERANCE_MS: f64 = 1.0;
/// A request starts while its `fetch()` is called, or soon after: what started later is another one to
/// the same URL, which this crate has not seen.
const MAX_START_DELAY_MS: f64 = 100.0;

thread_local! {
    static AWAITED: RefCell<Vec<Awaited>> = const { RefCell::new(Vec::new()) };
}

/// A request whose timings are not known yet.
struct Awaited {
    span_id: SpanId,
    /// Of the span, on the monotonic clock.
    span_start_ms: f64,
    /// Absolute, as the browser writes it, without the fragment.
    url: String,
    /// When `fetch()` was called, and when that had returned.
    called_ms: f64,
    sent_ms: f64,
    /// `None` as long as that is not known.
    has_response: Option<bool>,
}

/// Observes requests from now on.
pub(crate) fn install() {
    observer::observe(&["resource"]);
}

/// Call when `fetch()` has returned, and was called at `called_ms` for the request that `span` stands for.
pub(crate) fn sent(span: &SpanContext, url: &str, called_ms: f64) {
    #[cfg(feature = "frustration")]
    super::dead_click::effect();
    let span_id = span.span_id();
    let span_start_ms = pipeline::with(|pipeline| {
        let key = pipeline.active.find(span_id)?;
        let span = pipeline.active.get_mut(key)?;
        span.is_deferred = true;
        Some(span.anchor.monotonic_ms(span.record.start))
    });
    let Some(Some(span_start_ms)) = span_start_ms else {
        return;
    };
    with(|awaited| {
        // Spans that have gone are forgotten in the end.
        if awaited.len() >= MOST_AWAITED {
            awaited.remove(0);
        }
        awaited.push(Awaited {
            span_id,
            span_start_ms,
            url: without_fragment(url).to_owned(),
            called_ms,
            sent_ms: platform::monotonic_ms(),
            has_response: None,
        });
        Some(())
    });
}

/// Call when there is a response, or will never be one.
pub(crate) fn settled(span_id: SpanId, has_response: bool) {
    with(|awaited| {
        let is_it = |request: &&mut Awaited| request.span_id == span_id;
        awaited.iter_mut().find(is_it)?.has_response = Some(has_response);
        Some(())
    });
}

pub(super) fn observed(entry: &JsValue) {
    if let Some(request) = request_of(entry) {
        pipeline::with(|pipeline| {
            if let Some(record) = pipeline.record_mut(request.span_id) {
                timing::describe(entry, &mut record.attributes);
                request.describe(entry, &mut record.attributes);
            }
        });
    }
}

/// The request to the entry's URL that was being sent when the browser started it. Of several that were
/// sent in one tick of the clock, those that have an answer come first, and then the earlier ones. Its
/// timings are known now.
fn request_of(entry: &JsValue) -> Option<Awaited> {
    with(|awaited| {
        if awaited.is_empty() {
            return None;
        }
        let url = text(entry, "name")?;
        let start_ms = float(entry, "startTime");
        let url = without_fragment(&url);
        let mut best = (f64::INFINITY, 0);
        for (index, request) in awaited.iter().enumerate() {
            let rank = request.distance_ms(start_ms);
            if rank < best.0 && request.url == url {
                best = (rank, index);
            }
        }
        best.0.is_finite().then(|| awaited.remove(best.1))
    })
}

fn without_fragment(url: &str) -> &str {
    crate::text::split_once(url, b'#').map_or(url, |(url, _)| url)
}

impl Awaited {
    /// How far a start lies outside of the time in which the request was sent; infinite when it is too far.
    /// A little more for one that has no answer yet: what is as near and has one is more likely.
    fn distance_ms(&self, start_ms: f64) -> f64 {
        let early = self.called_ms - start_ms;
        let late = start_ms - self.sent_ms;
        if early > TOLERANCE_MS || late > MAX_START_DELAY_MS {
            return f64::INFINITY;
        }
        let unsettled = if self.has_response.is_none() {
            0.01
        } else {
            0.0
        };
        early.max(late).max(0.0) + unsettled
    }

    /// When the network was asked, and when it was done. A request that failed has no response to end.
    fn describe(&self, entry: &JsValue, to: &mut Attributes) {
        let mut tell = |key: &str, property: &str| {
            told::set_ms(
                to,
                key,
                timing::instant(entry, property) - self.span_start_ms,
            );
        };
        tell("browser.resource_timing.fetch_start_offset", "fetchStart");
        if self.has_response != Some(false) {
            tell("browser.resource_timing.response_end_offset", "responseEnd");
        }
    }
}

fn with<R>(f: impl FnOnce(&mut Vec<Awaited>) -> Option<R>) -> Option<R> {
    AWAITED.with(|cell| f(&mut *cell.try_borrow_mut().ok()?))
}
