//! Interaction to Next Paint: how long the user waited for an answer to what they did.
//!
//! One interaction has several events (`pointerdown`, `pointerup`, `click`), and the slowest of them
//! counts. Its latency goes onto the root span of the action it started. The page's own value is the
//! slowest interaction's, with one in fifty left out of account.

use opentelemetry::trace::SpanContext;
use wasm_bindgen::JsValue;

use crate::instrument::selector::selector;
use crate::instrument::told::{set_ms, set_text};
use crate::js::{float, get, global, text};
use crate::otlp::Attributes;
use crate::pipeline;

/// As many slow interactions are remembered; more than enough for one in fifty.
const MOST: usize = 16;
const ALLOWANCE: f64 = 50.0;
/// An event's time stamp and its entry's start are the same instant, each rounded.
const TOLERANCE_NS: u64 = 200_000;
/// Browsers round latencies to this.
const ROUNDING_MS: f64 = 8.0;
/// The latency and its parts: of the page, and of one action.
const PAGE_KEYS: [&str; 4] = [
    "browser.web_vital.inp.value",
    "browser.web_vital.inp.input_delay",
    "browser.web_vital.inp.processing_duration",
    "browser.web_vital.inp.presentation_delay",
];
const ACTION_KEYS: [&str; 4] = [
    "browser.interaction.latency",
    "browser.interaction.input_delay",
    "browser.interaction.processing_duration",
    "browser.interaction.presentation_delay",
];

#[derive(Default)]
pub(super) struct Interactions {
    slow: Vec<Interaction>,
}

struct Interaction {
    id: f64,
    start_ms: f64,
    latency_ms: f64,
    processing_start_ms: f64,
    processing_end_ms: f64,
    event: String,
    target: Option<String>,
    action: Option<SpanContext>,
}

impl Interactions {
    pub(super) fn add(&mut self, entry: &JsValue) {
        let mut new = Interaction::of(entry);
        // Zero is for an event that belongs to none, such as a movement of the pointer.
        if new.id == 0.0 {
            return;
        }
        new.find_action();
        if let Some(known) = self.slow.iter_mut().find(|known| known.id == new.id) {
            known.join(new);
            return known.tell_action();
        }
        new.tell_action();
        if self.slow.len() < MOST {
            self.slow.push(new);
        } else if let Some(fastest) = self
            .slow
            .iter_mut()
            .reduce(|a, b| if b.latency_ms < a.latency_ms { b } else { a })
        {
            *fastest = new;
        }
    }

    /// With as many slower ones as the allowance leaves out, or fewer.
    fn slowest(&self) -> Option<&Interaction> {
        let count = float(&global("performance"), "interactionCount");
        let left_out = (count / ALLOWANCE) as usize;
        let counts = |one: &&Interaction| {
            let slower = |other: &&Interaction| other.latency_ms > one.latency_ms;
            self.slow.iter().filter(slower).count() <= left_out
        };
        let counted = self.slow.iter().filter(counts);
        counted.reduce(|a, b| if b.latency_ms < a.latency_ms { b } else { a })
    }

    pub(super) fn slowest_action(&self) -> Option<SpanContext> {
        self.slowest()?.action.clone()
    }

    pub(super) fn describe(&self, to: &mut Attributes) {
        if let Some(slowest) = self.slowest() {
            slowest.describe(&PAGE_KEYS, to);
            to.set("browser.web_vital.inp.type", &*slowest.event);
            let target = slowest.target.as_deref();
            set_text(to, "browser.web_vital.inp.target", target);
        }
    }
}

impl Interaction {
    fn of(entry: &JsValue) -> Self {
        Self {
            id: float(entry, "interactionId").max(0.0),
            latency_ms: float(entry, "duration"),
            start_ms: float(entry, "startTime"),
            processing_start_ms: float(entry, "processingStart"),
            processing_end_ms: float(entry, "processingEnd"),
            event: text(entry, "name").unwrap_or_default(),
            target: selector(&get(entry, "target")),
            action: None,
        }
    }

    /// Two events of one interaction: the slower one counts, for the action of either. The listeners
    /// of both delay the frame they wait for together.
    fn join(&mut self, mut other: Self) {
        if other.latency_ms > self.latency_ms {
            std::mem::swap(self, &mut other);
        }
        if (self.end_ms() - other.end_ms()).abs() <= ROUNDING_MS {
            self.processing_end_ms = self.processing_end_ms.max(other.processing_end_ms);
        }
        if self.action.is_none() {
            self.action = other.action;
        }
    }

    /// The action that started when the event happened.
    fn find_action(&mut self) {
        pipeline::with(|pipeline| {
            let start = pipeline.anchor.unix_nanos(self.start_ms);
            pipeline.for_each_root(&mut |root| {
                if root.start.abs_diff(start) < TOLERANCE_NS {
                    self.action = Some(root.context.clone());
                }
            });
        });
    }

    fn tell_action(&self) {
        let Some(action) = &self.action else { return };
        pipeline::with(|pipeline| {
            if let Some(record) = pipeline.record_mut(action.span_id()) {
                self.describe(&ACTION_KEYS, &mut record.attributes);
            }
        });
    }

    fn describe(&self, keys: &[&str; 4], to: &mut Attributes) {
        for (key, ms) in keys.iter().zip(self.parts()) {
            set_ms(to, key, ms);
        }
    }

    /// The whole, and what it consists of. The browser rounds the whole, which may come out as less
    /// than its parts.
    fn parts(&self) -> [f64; 4] {
        let input = self.processing_start_ms - self.start_ms;
        let processing = self.processing_end_ms - self.processing_start_ms;
        let presentation = (self.end_ms() - self.processing_end_ms).max(0.0);
        [self.latency_ms, input, processing, presentation]
    }

    fn end_ms(&self) -> f64 {
        self.start_ms + self.latency_ms
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    fn interaction(id: f64, latency_ms: f64, event: &str) -> Interaction {
        Interaction {
            id,
            start_ms: 100.0,
            latency_ms,
            processing_start_ms: 104.0,
            processing_end_ms: 112.0,
            event: event.to_owned(),
            target: None,
            action: None,
        }
    }

    #[test]
    fn the_slower_event_of_an_interaction_counts() {
        let click = interaction(1.0, 24.0, "click");
        let down = interaction(1.0, 48.0, "pointerdown");
        let mut both = down;
        both.join(click);
        assert_eq!(
            (both.latency_ms, both.event.as_str()),
            (48.0, "pointerdown")
        );
    }

    #[test]
    fn listeners_of_all_events_before_the_frame_count_as_processing() {
        let mut down = interaction(1.0, 96.0, "pointerdown");
        let click = Interaction {
            start_ms: 106.0,
            processing_end_ms: 188.0,
            ..interaction(1.0, 88.0, "click")
        };
        down.join(click);
        assert_eq!(down.parts(), [96.0, 4.0, 84.0, 8.0]);
    }

    #[test]
    fn a_rounded_latency_never_makes_a_negative_delay() {
        assert_eq!(interaction(1.0, 8.0, "click").parts(), [8.0, 4.0, 8.0, 0.0]);
    }
}
