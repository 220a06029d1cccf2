//! Frames that took so long that the page felt stuck, on the root spans they delayed.
//!
//! A frame may hold up several actions at once, and each of them is told. What took longest inside
//! of it is known by its script and function, where the browser says so.

use std::cell::RefCell;

use js_sys::Array;
use opentelemetry::trace::SpanId;
use wasm_bindgen::JsValue;

use super::observer;
use super::told::{set_ms, set_text};
use crate::js::{float, get, text};
use crate::otlp::Attributes;
use crate::record::SpanRecord;
use crate::{pipeline, redact};

/// Actions that are looked after at once.
const MOST: usize = 32;
/// What is told of a script, and where the browser says it.
const SCRIPT: [(&str, &str); 3] = [
    ("browser.long_animation_frame.script.url", "sourceURL"),
    (
        "browser.long_animation_frame.script.function",
        "sourceFunctionName",
    ),
    (
        "browser.long_animation_frame.script.invoker_type",
        "invokerType",
    ),
];

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
    let start_ms = float(entry, "startTime");
    let frame = Frame {
        duration_ms: float(entry, "duration"),
        blocking_ms: float(entry, "blockingDuration"),
        worst: worst_script(entry),
    };
    pipeline::with(|pipeline| {
        let start = pipeline.anchor.unix_nanos(start_ms);
        let end = pipeline.anchor.unix_nanos(start_ms + frame.duration_ms);
        pipeline.for_each_root(&mut |root| {
            let is_open = root.end == 0;
            if root.start < end && (is_open || root.end > start) {
                count(&frame, root);
            }
        });
    });
}

/// What the root is to say now that this frame is among its own.
fn count(frame: &Frame, root: &mut SpanRecord) {
    let span_id = root.context.span_id();
    DELAYED.with(|cell| {
        let Ok(mut all) = cell.try_borrow_mut() else {
            return;
        };
        if let Some(known) = all.iter_mut().find(|delayed| delayed.span_id == span_id) {
            return known.add(frame, &mut root.attributes);
        }
        let mut delayed = Delayed {
            span_id,
            frames: 0,
            blocking_ms: 0.0,
            longest_ms: 0.0,
        };
        delayed.add(frame, &mut root.attributes);
        // The oldest have ended long ago.
        if all.len() >= MOST {
            all.remove(0);
        }
        all.push(delayed);
    });
}

impl Delayed {
    fn add(&mut self, frame: &Frame, to: &mut Attributes) {
        self.frames += 1;
        self.blocking_ms += frame.blocking_ms;
        to.set("browser.long_animation_frame.count", self.frames);
        set_ms(
            to,
            "browser.long_animation_frame.blocking_duration",
            self.blocking_ms,
        );
        if frame.duration_ms > self.longest_ms {
            self.longest_ms = frame.duration_ms;
            set_ms(
                to,
                "browser.long_animation_frame.duration",
                frame.duration_ms,
            );
            describe(&frame.worst, to);
        }
    }
}

/// The script that ran longest.
fn worst_script(entry: &JsValue) -> JsValue {
    let mut worst = (0.0, JsValue::UNDEFINED);
    for script in Array::from(&get(entry, "scripts")).iter() {
        let length = float(&script, "duration");
        if length > worst.0 {
            worst = (length, script);
        }
    }
    worst.1
}

/// What an earlier, shorter frame has told is told anew or taken back.
fn describe(script: &JsValue, to: &mut Attributes) {
    for (key, property) in SCRIPT {
        to.remove(key);
        let told = text(script, property);
        let is_url = property == "sourceURL";
        let told = told.map(|told| if is_url { redact::url(&told) } else { told });
        set_text(to, key, told.as_deref());
    }
}
