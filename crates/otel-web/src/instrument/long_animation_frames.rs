//! Long animation frames: frames of 50 ms or more, recorded on the root spans they delayed.
//!
//! A frame may delay several actions and is recorded on each. The script that ran longest in the
//! longest frame is recorded by its URL and function, if the browser provides them.

use std::cell::Cell;

use js_sys::Array;
use opentelemetry::trace::SpanId;
use wasm_bindgen::JsValue;

use crate::browser::js::{float, get, text};
use crate::core::otlp::attributes::Attributes;
use crate::core::record::SpanRecord;
use crate::core::{redact, slot};
use crate::instrument::attributes::{rounded_ms, set_ms, set_text};
use crate::trace::pipeline;

/// The maximum number of actions whose frames are counted at the same time.
const MAX_ACTIONS: usize = 32;
/// Attributes of a script, and the properties they are read from.
const SCRIPT_ATTRIBUTES: [(&str, &str); 3] = [
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
    static ACTIONS: Cell<Vec<DelayedAction>> = const { Cell::new(Vec::new()) };
}

/// The long frames of one action so far.
struct DelayedAction {
    span_id: SpanId,
    frames: i64,
    blocking_ms: f64,
    longest_ms: f64,
}

/// One long frame.
struct Frame {
    /// Nanoseconds of the Unix epoch.
    start: u64,
    duration_ms: f64,
    blocking_ms: f64,
    /// The script that ran longest, or `undefined`.
    longest_script: JsValue,
}

/// Records the frame on each root that was open while it was rendered.
pub(super) fn handle_entry(entry: &JsValue) {
    let start_ms = float(entry, "startTime");
    let duration_ms = float(entry, "duration");
    pipeline::with(|pipeline| {
        let frame = Frame {
            start: pipeline.anchor.unix_nanos(start_ms),
            duration_ms,
            blocking_ms: float(entry, "blockingDuration"),
            longest_script: longest_script(entry),
        };
        let end = pipeline.anchor.unix_nanos(start_ms + duration_ms);
        pipeline.for_each_root(&mut |root| {
            let is_open = root.end == 0;
            if root.start < end && (is_open || root.end > frame.start) {
                add_frame(&frame, root);
            }
        });
    });
}

/// Updates the attributes of a root that the frame delayed.
fn add_frame(frame: &Frame, root: &mut SpanRecord) {
    let span_id = root.context.span_id();
    let offset_ms = (frame.start as f64 - root.start as f64) / 1e6;
    slot::with_default(&ACTIONS, |all| {
        if let Some(known) = all.iter_mut().find(|delayed| delayed.span_id == span_id) {
            return known.add(frame, offset_ms, &mut root.attributes);
        }
        let mut delayed = DelayedAction {
            span_id,
            frames: 0,
            blocking_ms: 0.0,
            longest_ms: 0.0,
        };
        delayed.add(frame, offset_ms, &mut root.attributes);
        // The oldest action has probably ended.
        if all.len() >= MAX_ACTIONS {
            all.remove(0);
        }
        all.push(delayed);
    });
}

impl DelayedAction {
    /// Counts the frame, which started `offset_ms` after the action, and describes it if it is the
    /// longest so far.
    fn add(&mut self, frame: &Frame, offset_ms: f64, to: &mut Attributes) {
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
            to.set(
                "browser.long_animation_frame.start_offset",
                rounded_ms(offset_ms),
            );
            describe(&frame.longest_script, to);
        }
    }
}

/// Returns the script that ran longest.
fn longest_script(entry: &JsValue) -> JsValue {
    let mut longest = (0.0, JsValue::UNDEFINED);
    for script in Array::from(&get(entry, "scripts")).iter() {
        let length = float(&script, "duration");
        if length > longest.0 {
            longest = (length, script);
        }
    }
    longest.1
}

/// Replaces the attributes of an earlier, shorter frame.
fn describe(script: &JsValue, to: &mut Attributes) {
    for (key, property) in SCRIPT_ATTRIBUTES {
        to.remove(key);
        let value = text(script, property);
        let is_url = property == "sourceURL";
        let value = value.map(|value| if is_url { redact::url(&value) } else { value });
        set_text(to, key, value.as_deref());
    }
}
