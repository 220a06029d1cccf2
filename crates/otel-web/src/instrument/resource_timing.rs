//! Network timings of requests, as attributes of their CLIENT spans.
//!
//! The browser provides a request's timings when its body has arrived, while the span ends with the
//! response's headers. The span does not wait for them, and the body is not read: the timings are
//! added afterwards, as long as the span is deferred.
//!
//! Entries have no id, so a request is matched by its URL and by the time at which `fetch()` was
//! called. Clocks of browsers are coarse: for requests of the same moment, the time at which the page got
//! the response decides.

use std::cell::Cell;

use opentelemetry::trace::{SpanContext, SpanId};
use wasm_bindgen::JsValue;

use crate::browser::js::{float, text};
use crate::browser::platform;
use crate::core::otlp::attributes::Attributes;
use crate::core::slot;
use crate::instrument::{attributes, timing};
use crate::trace::pipeline;

/// The maximum number of requests without timings. Beyond it the oldest is dropped.
const MAX_PENDING: usize = 128;
/// The two clocks are read one after the other, and both are coarse. In milliseconds.
const TOLERANCE_MS: f64 = 1.0;
/// A request starts while its `fetch()` is called, or soon after. An entry that starts later belongs to
/// another request to the same URL, which this crate has not traced. In milliseconds.
const MAX_START_DELAY_MS: f64 = 100.0;

/// Responses that the page gets within this time cannot be told apart by it. In milliseconds.
const SIMULTANEOUS_MS: f64 = 4.0;

thread_local! {
    static PENDING: Cell<Vec<PendingTiming>> = const { Cell::new(Vec::new()) };
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
    /// When the page got the response. [`f64::MAX`] until then.
    settled_ms: f64,
}

/// Registers the request of `span` after its `fetch()`, called at `called_ms`, has returned.
pub(crate) fn sent(span: &SpanContext, url: &str, called_ms: f64) {
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
            settled_ms: f64::MAX,
        });
        Some(())
    });
}

/// Records whether the request got a response. Without one it has no response end.
pub(crate) fn settled(span_id: SpanId, has_response: bool) {
    with(|pending| {
        let is_same = |request: &&mut PendingTiming| request.span_id == span_id;
        let request = pending.iter_mut().find(is_same)?;
        request.has_response = Some(has_response);
        request.settled_ms = platform::monotonic_ms();
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

/// Removes and returns the request that the entry belongs to.
fn take_request(entry: &JsValue) -> Option<PendingTiming> {
    with(|pending| {
        if pending.is_empty() {
            return None;
        }
        let url = text(entry, "name")?;
        let start_ms = float(entry, "startTime");
        // Unknown if the request failed, or if a server of another origin hides it.
        let response_ms = timing::positive_or_nan(entry, "responseStart");
        let response_ms = response_ms.max(start_ms);
        let index = best_match(pending, without_fragment(&url), start_ms, response_ms)?;
        Some(pending.remove(index))
    })
}

/// Returns the index of the request to a URL that started and got its response at these times.
fn best_match(
    pending: &[PendingTiming],
    url: &str,
    start_ms: f64,
    response_ms: f64,
) -> Option<usize> {
    let mut best: Option<([f64; 3], usize)> = None;
    for (index, request) in pending.iter().enumerate() {
        let rank = request.rank(start_ms, response_ms);
        if let Some(rank) = rank.filter(|_| request.url == url)
            && best.is_none_or(|best| rank < best.0)
        {
            best = Some((rank, index));
        }
    }
    Some(best?.1)
}

fn without_fragment(url: &str) -> &str {
    crate::core::text::split_once(url, b'#').map_or(url, |(url, _)| url)
}

impl PendingTiming {
    /// Returns how well an entry matches, or `None` if it starts too early or late. The first difference
    /// counts, and lower is better: how far the start lies outside the time in which the request was
    /// sent; how long after the response the page got it; how far the start is from the call of `fetch()`.
    fn rank(&self, start_ms: f64, response_ms: f64) -> Option<[f64; 3]> {
        let early = self.called_ms - start_ms;
        let late = start_ms - self.sent_ms;
        if early > TOLERANCE_MS || late > MAX_START_DELAY_MS {
            return None;
        }
        let delay = self.settled_ms - response_ms;
        let delay = if delay < -TOLERANCE_MS {
            // The page cannot have got a response before that started.
            f64::INFINITY
        } else {
            // A busy page gets all responses at almost the same time, so small differences say nothing.
            (delay.max(0.0) / SIMULTANEOUS_MS).floor()
        };
        Some([early.max(late).max(0.0), delay, early.abs()])
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
    slot::with_default(&PENDING, f)
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://a.example/";

    /// Requests to one URL that were all sent from `called_ms` to 0.1 ms later, as a coarse clock shows it.
    fn requests(called_ms: &[f64], settled_ms: &[f64]) -> Vec<PendingTiming> {
        let request = |(called_ms, settled_ms): (&f64, &f64)| PendingTiming {
            span_id: SpanId::INVALID,
            span_start_ms: *called_ms,
            url: URL.to_owned(),
            called_ms: *called_ms,
            sent_ms: called_ms + 0.1,
            has_response: (*settled_ms < f64::MAX).then_some(true),
            settled_ms: *settled_ms,
        };
        called_ms.iter().zip(settled_ms).map(request).collect()
    }

    #[test]
    fn requests_of_one_moment_are_matched_by_their_responses() {
        let moment = [10.0; 3];
        let settled = [80.0, 30.0, 50.0];
        for (response_ms, expected) in [(79.8, 0), (29.5, 1), (48.0, 2)] {
            let pending = requests(&moment, &settled);
            assert_eq!(best_match(&pending, URL, 10.0, response_ms), Some(expected));
        }
    }

    #[test]
    fn entry_that_arrives_before_its_response_is_not_of_a_settled_request() {
        let pending = requests(&[10.0; 2], &[20.0, f64::MAX]);
        assert_eq!(best_match(&pending, URL, 10.0, 19.9), Some(0));
        assert_eq!(best_match(&pending, URL, 10.0, 35.0), Some(1));
    }

    #[test]
    fn requests_whose_responses_waited_for_the_page_are_matched_by_their_start() {
        let pending = requests(&[10.0, 10.1, 10.2], &[400.0, 400.1, 400.2]);
        for (start_ms, expected) in [(10.0, 0), (10.1, 1), (10.3, 2)] {
            assert_eq!(best_match(&pending, URL, start_ms, 30.0), Some(expected));
        }
    }

    #[test]
    fn entry_of_another_url_or_time_matches_nothing() {
        let pending = requests(&[10.0], &[20.0]);
        assert_eq!(best_match(&pending, "https://b.example/", 10.0, 19.0), None);
        assert_eq!(best_match(&pending, URL, 8.0, 19.0), None);
        assert_eq!(best_match(&pending, URL, 200.0, 219.0), None);
    }
}
