//! Network timings of requests, as attributes of their CLIENT spans.
//!
//! The browser provides a request's timings when its body has arrived, while the span ends with the
//! response's headers. The span does not wait for them, and the body is not read: the timings are
//! added afterwards, as long as the span is deferred.
//!
//! Entries have no id, so a request is matched by its URL and by the time at which `fetch()` was
//! called.

use std::cell::RefCell;

use opentelemetry::trace::{SpanContext, SpanId};
use wasm_bindgen::JsValue;

use super::{attributes, observer, timing};
use crate::js::{float, text};
use crate::otlp::Attributes;
use crate::{pipeline, platform};

/// The maximum number of requests without timings. Beyond it the oldest is dropped.
const MAX_PENDING: usize = 128;
/// The two clocks are read one after the other, and both are coarse. In milliseconds.
const TOLERANCE_MS: f64 = 1.0;
/// A request starts while its `fetch()` is called, or soon after. An entry that starts later belongs to
/// another request to the same URL, which this crate has not traced. In milliseconds.
const MAX_START_DELAY_MS: f64 = 100.0;

thread_local! {
    static PENDING: RefCell<Vec<PendingTiming>> = const { RefCell::new(Vec::new()) };
}

/// A request whose timings are not known yet.
struct PendingTiming {
    span_id: SpanId,
    /// The start of the span, on the monotonic clock.
    span_start_ms: f64,
    /// Absolute, as the browser serializes it, without the fragment.
    url: String,
    /// When `fetch()` was called, and when it had returned.
    called_ms: f64,
    sent_ms: f64,
    /// `None` until the request is settled.
    has_response: Option<bool>,
}

/// Starts to observe requests.
pub(crate) fn install() {
    observer::observe(&["resource"]);
}

/// Registers the request of `span` after its `fetch()`, called at `called_ms`, has returned.
pub(crate) fn sent(span: &SpanContext, url: &str, called_ms: f64) {
    #[cfg(feature = "frustration")]
    super::dead_click::page_changed();
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
    with(|pending| {
        // Its timings may never arrive.
        if pending.len() >= MAX_PENDING {
            pending.remove(0);
        }
        pending.push(PendingTiming {
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

/// Records whether the request got a response. Without one it has no response end.
pub(crate) fn settled(span_id: SpanId, has_response: bool) {
    with(|pending| {
        let is_same = |request: &&mut PendingTiming| request.span_id == span_id;
        pending.iter_mut().find(is_same)?.has_response = Some(has_response);
        Some(())
    });
}

/// Adds the timings of an entry to the span of its request, if that is traced and not sent yet.
pub(super) fn handle_entry(entry: &JsValue) {
    if let Some(request) = take_request(entry) {
        pipeline::with(|pipeline| {
            if let Some(record) = pipeline.record_mut(request.span_id) {
                timing::describe(entry, &mut record.attributes);
                request.describe(entry, &mut record.attributes);
            }
        });
    }
}

/// Removes and returns the request that the entry belongs to: to the same URL, and being sent when the
/// entry starts. If several were sent in the same tick of the clock, settled ones come first, then
/// earlier ones.
fn take_request(entry: &JsValue) -> Option<PendingTiming> {
    with(|pending| {
        if pending.is_empty() {
            return None;
        }
        let url = text(entry, "name")?;
        let start_ms = float(entry, "startTime");
        let url = without_fragment(&url);
        let mut best = (f64::INFINITY, 0);
        for (index, request) in pending.iter().enumerate() {
            let rank = request.distance_ms(start_ms);
            if rank < best.0 && request.url == url {
                best = (rank, index);
            }
        }
        best.0.is_finite().then(|| pending.remove(best.1))
    })
}

fn without_fragment(url: &str) -> &str {
    crate::text::split_once(url, b'#').map_or(url, |(url, _)| url)
}

impl PendingTiming {
    /// Returns how far a start lies outside the time in which the request was sent, or infinity if it
    /// is too far. Requests that are not settled rank slightly behind settled ones.
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

    /// Adds when the browser began to fetch, and when the response ended, relative to the span's start.
    fn describe(&self, entry: &JsValue, to: &mut Attributes) {
        let mut set_offset = |key: &str, property: &str| {
            attributes::set_ms(
                to,
                key,
                timing::positive_or_nan(entry, property) - self.span_start_ms,
            );
        };
        set_offset("browser.resource_timing.fetch_start_offset", "fetchStart");
        if self.has_response != Some(false) {
            set_offset("browser.resource_timing.response_end_offset", "responseEnd");
        }
    }
}

fn with<R>(f: impl FnOnce(&mut Vec<PendingTiming>) -> Option<R>) -> Option<R> {
    PENDING.with(|cell| f(&mut *cell.try_borrow_mut().ok()?))
}
