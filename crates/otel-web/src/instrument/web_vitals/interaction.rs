//! Interaction to Next Paint: how long the user waited for an answer to what they did.
//!
//! One interaction has several events (`pointerdown`, `pointerup`, `click`), and the slowest of them
//! counts. Its latency goes onto the root span of the action it started. The page's own value is the
//! slowest interaction's, with one in fifty left out of account.

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, TraceContextExt};
use wasm_bindgen::JsValue;

use crate::instrument::selector::selector;
use crate::instrument::timing::duration;
use crate::js::{get, global, number, text};
use crate::otlp::Attributes;
use crate::pipeline;

/// As many slow interactions are remembered; more than enough for one in fifty.
const MOST: usize = 16;
const ALLOWANCE: f64 = 50.0;
/// An event's time stamp and its entry's start are the same instant, each rounded.
const TOLERANCE_MS: f64 = 0.2;

/// Browsers round latencies to this.
const ROUNDING_MS: f64 = 8.0;

#[derive(Default)]
pub(super) struct Interactions {
    slow: Vec<Interaction>,
    /// The latest actions, with the times of their events.
    actions: Vec<(f64, SpanContext)>,
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

/// The event that happened at `time_ms` started the action of `context`.
pub(crate) fn acted(time_ms: f64, context: &Context) {
    let action = context.span().span_context().clone();
    super::with(|vitals| {
        let actions = &mut vitals.interactions.actions;
        if actions.len() >= MOST {
            actions.remove(0);
        }
        actions.push((time_ms, action));
    });
}

impl Interactions {
    pub(super) fn add(&mut self, entry: &JsValue) {
        let Some(mut new) = Interaction::of(entry) else {
            return;
        };
        new.action = self.action_at(new.start_ms);
        let known = self.slow.iter().position(|known| known.id == new.id);
        if let Some(known) = known.map(|index| self.slow.remove(index)) {
            new = slower(known, new);
        }
        new.tell_action();
        if self.slow.len() >= MOST {
            self.slow.pop();
        }
        let is_slower = |known: &Interaction| known.latency_ms >= new.latency_ms;
        let rank = self.slow.partition_point(is_slower);
        self.slow.insert(rank, new);
    }

    fn action_at(&self, start_ms: f64) -> Option<SpanContext> {
        let is_it = |(time, _): &&(f64, SpanContext)| (time - start_ms).abs() < TOLERANCE_MS;
        Some(self.actions.iter().find(is_it)?.1.clone())
    }

    fn slowest(&self) -> Option<&Interaction> {
        let count = number(&global("performance"), "interactionCount").unwrap_or_default();
        let left_out = (count / ALLOWANCE) as usize;
        self.slow.get(left_out).or(self.slow.last())
    }

    pub(super) fn slowest_action(&self) -> Option<SpanContext> {
        self.slowest()?.action.clone()
    }

    pub(super) fn describe(&self, to: &mut Attributes) {
        if let Some(slowest) = self.slowest() {
            let keys = [
                "browser.web_vital.inp.value",
                "browser.web_vital.inp.input_delay",
                "browser.web_vital.inp.processing_duration",
                "browser.web_vital.inp.presentation_delay",
            ];
            slowest.describe(keys, to);
            to.set("browser.web_vital.inp.type", &*slowest.event);
            if let Some(target) = &slowest.target {
                to.set("browser.web_vital.inp.target", &**target);
            }
        }
    }
}

/// Two events of one interaction: the slower one counts, for the action of either. The listeners of
/// both delay the frame they wait for together.
fn slower(mut one: Interaction, mut other: Interaction) -> Interaction {
    let action = one.action.take().or(other.action.take());
    let (mut slower, faster) = if other.latency_ms > one.latency_ms {
        (other, one)
    } else {
        (one, other)
    };
    if (slower.end_ms() - faster.end_ms()).abs() <= ROUNDING_MS {
        slower.processing_end_ms = slower.processing_end_ms.max(faster.processing_end_ms);
    }
    Interaction { action, ..slower }
}

impl Interaction {
    /// `None` for an event that belongs to none, such as a movement of the pointer.
    fn of(entry: &JsValue) -> Option<Self> {
        Some(Self {
            id: number(entry, "interactionId").filter(|id| *id > 0.0)?,
            latency_ms: number(entry, "duration")?,
            start_ms: number(entry, "startTime")?,
            processing_start_ms: number(entry, "processingStart")?,
            processing_end_ms: number(entry, "processingEnd")?,
            event: text(entry, "name")?,
            target: selector(&get(entry, "target")),
            action: None,
        })
    }

    fn tell_action(&self) {
        let Some(action) = &self.action else { return };
        let keys = [
            "browser.interaction.latency",
            "browser.interaction.input_delay",
            "browser.interaction.processing_duration",
            "browser.interaction.presentation_delay",
        ];
        pipeline::with(|pipeline| {
            if let Some(record) = pipeline.record_mut(action.span_id()) {
                self.describe(keys, &mut record.attributes);
            }
        });
    }

    fn describe(&self, keys: [&str; 4], to: &mut Attributes) {
        for (key, ms) in keys.into_iter().zip(self.parts()) {
            to.set(key, duration(ms));
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
        let both = slower(down, click);
        assert_eq!(
            (both.latency_ms, both.event.as_str()),
            (48.0, "pointerdown")
        );
    }

    #[test]
    fn listeners_of_all_events_before_the_frame_count_as_processing() {
        let down = interaction(1.0, 96.0, "pointerdown");
        let click = Interaction {
            start_ms: 106.0,
            processing_end_ms: 188.0,
            ..interaction(1.0, 88.0, "click")
        };
        assert_eq!(slower(down, click).parts(), [96.0, 4.0, 84.0, 8.0]);
    }

    #[test]
    fn a_rounded_latency_never_makes_a_negative_delay() {
        assert_eq!(interaction(1.0, 8.0, "click").parts(), [8.0, 4.0, 8.0, 0.0]);
    }
}
