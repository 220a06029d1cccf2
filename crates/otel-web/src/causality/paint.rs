//! Ends spans after the next painted frame, so that an action includes what the user waited for.
//!
//! `requestAnimationFrame` calls back just before a frame is painted; a task queued from there runs
//! just after. A hidden page and a worker paint nothing, so their spans end immediately.

#[cfg(any(feature = "document-load", feature = "navigation"))]
use opentelemetry::Context;
use wasm_bindgen::JsValue;

use crate::browser::js;
use crate::browser::platform::{self, Timer};
use crate::causality::navigations;
use crate::core::slot::{self, Slot};
use crate::trace::active_spans::SpanKey;
use crate::trace::pipeline;

/// A visible page may paint nothing as well, for instance an iframe that is scrolled out of view.
/// After this time its spans end without a frame.
const FRAME_TIMEOUT_MS: f64 = 250.0;

thread_local! {
    static FRAMES: Slot<Frames> = const { Slot::new(None) };
}

/// The spans that end with the next frame, and the callbacks around its paint.
struct Frames {
    waiting: Vec<SpanKey>,
    before_paint: JsValue,
    after_paint: Timer,
}

/// Creates the callbacks once, because each closure costs memory until the page ends.
pub(crate) fn install() {
    let frames = Frames {
        waiting: Vec::new(),
        before_paint: js::callback(|_| {
            with(|frames| frames.after_paint.set(0.0)).unwrap_or_default();
        }),
        after_paint: Timer::new(end_waiting),
    };
    slot::put(&FRAMES, Box::new(frames));
}

/// Adds a navigation to those in progress. Its progress ends after the next frame.
#[cfg(any(feature = "document-load", feature = "navigation"))]
pub(crate) fn begin_navigation(context: Context, is_page_load: bool) {
    navigations::begin(context, is_page_load);
    let _ = with(Frames::request);
}

/// Ends the span after the next frame, or immediately if the page paints nothing.
pub(crate) fn end_after_next_frame(key: SpanKey) {
    let is_waiting = is_visible() && with(|frames| frames.wait(key)).is_some();
    if !is_waiting {
        end(key, platform::monotonic_ms());
    }
}

/// Ends the spans that wait for a frame: it is painted, or the page cannot wait for it any longer.
pub(crate) fn end_waiting() {
    navigations::end_in_progress();
    let waiting = with(|frames| std::mem::take(&mut frames.waiting)).unwrap_or_default();
    let now = platform::monotonic_ms();
    for key in waiting {
        end(key, now);
    }
}

impl Frames {
    fn wait(&mut self, key: SpanKey) {
        if self.waiting.is_empty() {
            self.request();
        }
        self.waiting.push(key);
    }

    fn request(&mut self) {
        if is_visible() {
            js::call(
                &js_sys::global(),
                "requestAnimationFrame",
                &self.before_paint,
            );
            self.after_paint.set(FRAME_TIMEOUT_MS);
        } else {
            self.after_paint.set(0.0);
        }
    }
}

/// Whether frames are painted. False in a worker, which has no window.
fn is_visible() -> bool {
    js::get(&js::global("document"), "hidden").as_bool() == Some(false)
}

/// Ends the span, with the outcome that its status implies.
fn end(key: SpanKey, now_ms: f64) {
    let failed = pipeline::with(|pipeline| {
        let span = pipeline.active_span(Some(key));
        span.is_some_and(|span| span.record.is_error())
    });
    let outcome = if failed == Some(true) {
        "error"
    } else {
        "completed"
    };
    pipeline::end_with_outcome(key, outcome, now_ms);
}

fn with<R>(f: impl FnOnce(&mut Frames) -> R) -> Option<R> {
    slot::with(&FRAMES, f)
}
