//! Interaction to Next Paint (INP): the time from a user's input to the next painted frame.
//!
//! An interaction has several events (`pointerdown`, `pointerup`, `click`), of which the slowest counts.
//! Its latency is recorded on the root span of the action it started. The value of the page is the
//! latency of the slowest interaction, ignoring one outlier for every 50 interactions.

use opentelemetry::trace::SpanContext;
use wasm_bindgen::JsValue;

use crate::browser::js::{float, get, global, text};
use crate::core::otlp::attributes::Attributes;
use crate::instrument::attributes::{set_ms, set_text};
use crate::instrument::selector::selector;
use crate::trace::pipeline;

/// The maximum number of slow interactions to store: enough to ignore the outliers of 800 interactions.
const MAX_INTERACTIONS: usize = 16;
/// One outlier is ignored for this many interactions.
const INTERACTIONS_PER_OUTLIER: f64 = 50.0;
/// The time stamp of an event and the start of its entry are equal, except for rounding.
const TOLERANCE_NS: u64 = 200_000;
/// Browsers round latencies to multiples of this.
const ROUNDING_MS: f64 = 8.0;
/// Attributes of the page: the latency and its parts.
const PAGE_KEYS: [&str; 4] = [
    "browser.web_vital.inp.value",
    "browser.web_vital.inp.input_delay",
    "browser.web_vital.inp.processing_duration",
    "browser.web_vital.inp.presentation_delay",
];
/// Attributes of one action: the latency and its parts.
const ACTION_KEYS: [&str; 4] = [
    "browser.interaction.latency",
    "browser.interaction.input_delay",
    "browser.interaction.processing_duration",
    "browser.interaction.presentation_delay",
];

/// The slowest interactions of the page.
#[derive(Default)]
pub(super) struct Interactions {
    slow: Vec<Interaction>,
}

/// An interaction, with the times of its slowest event.
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
    /// Merges the entry into its interaction, or adds a new one in place of the fastest.
    pub(super) fn add(&mut self, entry: &JsValue) {
        let mut new = Interaction::of(entry);
        // Events that are not part of an interaction, such as `pointermove`, have the id 0.
        if new.id == 0.0 {
            return;
        }
        new.find_action();
        if let Some(known) = self.slow.iter_mut().find(|known| known.id == new.id) {
            known.merge(new);
            return known.record_on_action();
        }
        new.record_on_action();
        if self.slow.len() < MAX_INTERACTIONS {
            self.slow.push(new);
        } else if let Some(fastest) = self
            .slow
            .iter_mut()
            .reduce(|a, b| if b.latency_ms < a.latency_ms { b } else { a })
        {
            *fastest = new;
        }
    }

    /// Returns the slowest interaction that is not an outlier.
    fn slowest(&self) -> Option<&Interaction> {
        let count = float(&global("performance"), "interactionCount");
        let outliers = (count / INTERACTIONS_PER_OUTLIER) as usize;
        let counts = |one: &&Interaction| {
            let slower = |other: &&Interaction| other.latency_ms > one.latency_ms;
            self.slow.iter().filter(slower).count() <= outliers
        };
        let counted = self.slow.iter().filter(counts);
        counted.reduce(|a, b| if b.latency_ms < a.latency_ms { b } else { a })
    }

    /// Returns the root of the action that the slowest interaction started.
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

    /// Merges another event of the same interaction: the slower one counts. If both wait for the same
    /// frame, the listeners of both are part of the processing time.
    fn merge(&mut self, mut other: Self) {
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

    /// Finds the action that started at the time of the event.
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

    /// Sets the attributes of the action, if its span is still in memory.
    fn record_on_action(&self) {
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

    /// Returns latency, input delay, processing duration and presentation delay. Since browsers round
    /// the latency, it may be less than the sum of the others.
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
    fn slower_event_of_an_interaction_counts() {
        let click = interaction(1.0, 24.0, "click");
        let down = interaction(1.0, 48.0, "pointerdown");
        let mut both = down;
        both.merge(click);
        assert_eq!(
            (both.latency_ms, both.event.as_str()),
            (48.0, "pointerdown")
        );
    }

    #[test]
    fn processing_includes_listeners_of_all_events_before_the_frame() {
        let mut down = interaction(1.0, 96.0, "pointerdown");
        let click = Interaction {
            start_ms: 106.0,
            processing_end_ms: 188.0,
            ..interaction(1.0, 88.0, "click")
        };
        down.merge(click);
        assert_eq!(down.parts(), [96.0, 4.0, 84.0, 8.0]);
    }

    #[test]
    fn rounded_latency_has_no_negative_presentation_delay() {
        assert_eq!(interaction(1.0, 8.0, "click").parts(), [8.0, 4.0, 8.0, 0.0]);
    }
}
