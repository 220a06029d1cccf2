//! Frames that took so long that the page felt stuck, on the root spans they delayed.
//!
//! A frame may hold up several actions at once, and each of them is told. What took longest inside
//! of it is known by its script and function, where the browser says so.

use std::cell::RefCell;

use js_sys::Array;
use opentelemetry::trace::SpanId;
use wasm_bindgen::JsValue;

use super::observer;
use super::timing::duration;
use crate::js::{get, number, text};
use crate::otlp::Attributes;
use crate::pipeline::Pipeline;
use crate::{pipeline, redact};

thread_local! {
    static DELAYED: RefCell<Vec<Delayed>> = const { RefCell::new(Vec::new()) };
}

/// The long frames of one action so far.
struct Delayed {
    span_id: SpanId,
    frames: i64,
    blocking_ms: f64,
    longest_ms: f64,
}

/// One long frame.
struct Frame {
    start_ms: f64,
    duration_ms: f64,
    blocking_ms: f64,
    /// The script that ran longest, or `undefined`.
    worst: JsValue,
}

/// Observes frames from now on.
pub(crate) fn install() {
    observer::observe(&["long-animation-frame"]);
}

pub(super) fn observed(entry: &JsValue) {
    let Some(frame) = Frame::of(entry) else {
        return;
    };
    pipeline::with(|pipeline| {
        for span_id in roots_during(pipeline, &frame) {
            if let Some(record) = pipeline.record_mut(span_id) {
                count(span_id, &frame, &mut record.attributes);
            }
        }
    });
}

/// Forgets the actions whose spans have gone.
pub(super) fn forget_ended() {
    DELAYED.with(|cell| {
        let is_here = |delayed: &Delayed| {
            pipeline::with(|p| p.record_mut(delayed.span_id).is_some()) == Some(true)
        };
        cell.borrow_mut().retain(is_here);
    });
}

fn roots_during(pipeline: &Pipeline, frame: &Frame) -> Vec<SpanId> {
    let start = pipeline.anchor.unix_nanos(frame.start_ms);
    let end = pipeline
        .anchor
        .unix_nanos(frame.start_ms + frame.duration_ms);
    let open = pipeline.open.matching(&|span| {
        span.action.is_some() && span.record.is_local_root() && span.record.start < end
    });
    let mut roots: Vec<_> = open.into_iter().map(|ticket| ticket.span_id).collect();
    let ended = pipeline
        .lingering
        .iter()
        .filter(|record| record.is_local_root() && record.start < end && record.end > start);
    roots.extend(ended.map(|record| record.context.span_id()));
    roots
}

/// What the root is to say now that this frame is among its own.
fn count(span_id: SpanId, frame: &Frame, to: &mut Attributes) {
    DELAYED.with(|cell| {
        let mut all = cell.borrow_mut();
        let known = all.iter().position(|delayed| delayed.span_id == span_id);
        let mut delayed = match known {
            Some(index) => all.swap_remove(index),
            None => Delayed::new(span_id),
        };
        delayed.add(frame, to);
        all.push(delayed);
    });
}

impl Delayed {
    const fn new(span_id: SpanId) -> Self {
        Self {
            span_id,
            frames: 0,
            blocking_ms: 0.0,
            longest_ms: 0.0,
        }
    }

    fn add(&mut self, frame: &Frame, to: &mut Attributes) {
        self.frames += 1;
        self.blocking_ms += frame.blocking_ms;
        let blocking = duration(self.blocking_ms);
        to.set("browser.long_animation_frame.count", self.frames);
        to.set("browser.long_animation_frame.blocking_duration", blocking);
        if frame.duration_ms > self.longest_ms {
            self.longest_ms = frame.duration_ms;
            let longest = duration(frame.duration_ms);
            to.set("browser.long_animation_frame.duration", longest);
            describe(&frame.worst, to);
        }
    }
}

impl Frame {
    fn of(entry: &JsValue) -> Option<Self> {
        Some(Self {
            start_ms: number(entry, "startTime")?,
            duration_ms: number(entry, "duration")?,
            blocking_ms: number(entry, "blockingDuration")?,
            worst: worst_script(entry).unwrap_or_default(),
        })
    }
}

/// The script that ran longest.
fn worst_script(entry: &JsValue) -> Option<JsValue> {
    let mut worst = (0.0, None);
    for script in Array::from(&get(entry, "scripts")).iter() {
        let length = number(&script, "duration").unwrap_or_default();
        if length > worst.0 {
            worst = (length, Some(script));
        }
    }
    worst.1
}

/// What an earlier, shorter frame has told is told anew or taken back.
fn describe(script: &JsValue, to: &mut Attributes) {
    let url = text(script, "sourceURL").map(|url| redact::url(&url));
    for (key, value) in [
        ("browser.long_animation_frame.script.url", url),
        (
            "browser.long_animation_frame.script.function",
            text(script, "sourceFunctionName"),
        ),
        (
            "browser.long_animation_frame.script.invoker_type",
            text(script, "invokerType"),
        ),
    ] {
        match value {
            Some(value) => to.set(key, &*value),
            None => to.remove(key),
        }
    }
}
