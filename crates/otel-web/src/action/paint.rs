//! Ending a span after the next painted frame: what the user waited for.
//!
//! `requestAnimationFrame` runs just before a frame is painted; a task queued from there runs just
//! after. A hidden page and a worker paint nothing: there, spans end at once.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

use crate::active_spans::SpanKey;
use crate::platform::Timer;
use crate::{instrument, js, pipeline, platform};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = requestAnimationFrame)]
    fn request_animation_frame(callback: &JsValue);
}

/// A visible page may still paint nothing, for instance in a frame that is scrolled out of view.
/// Nothing waits longer for it.
const LONGEST_FRAME_MS: f64 = 250.0;

thread_local! {
    static FRAMES: RefCell<Option<Frames>> = const { RefCell::new(None) };
}

/// The spans that end with the next frame, and the callbacks that tell when it is painted.
struct Frames {
    waiting: Vec<SpanKey>,
    before_paint: JsValue,
    after_paint: Timer,
}

pub(crate) fn install() {
    let frames = Frames {
        waiting: Vec::new(),
        before_paint: js::callback(|_| {
            with(|frames| frames.after_paint.set(0.0)).unwrap_or_default();
        }),
        after_paint: Timer::new(finish_now),
    };
    FRAMES.with(|cell| *cell.borrow_mut() = Some(frames));
}

#[cfg(any(feature = "document-load", feature = "navigation"))]
/// Makes sure that [`finish_now`] is called after the next frame.
pub(crate) fn await_frame() {
    let _ = with(Frames::request);
}

pub(crate) fn end_after_next_frame(key: SpanKey) {
    let is_waiting = paints() && with(|frames| frames.wait(key)).is_some();
    if !is_waiting {
        end(key, platform::monotonic_ms());
    }
}

/// Ends what waits for a frame, without waiting any longer: the frame is painted, or never will be.
pub(crate) fn finish_now() {
    instrument::navigation::painted();
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
        if paints() {
            request_animation_frame(&self.before_paint);
            self.after_paint.set(LONGEST_FRAME_MS);
        } else {
            self.after_paint.set(0.0);
        }
    }
}

fn paints() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document.is_some_and(|document| !document.hidden())
}

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
    let run = |cell: &RefCell<Option<Frames>>| Some(f(cell.try_borrow_mut().ok()?.as_mut()?));
    FRAMES.try_with(run).ok().flatten()
}
