//! Web vitals with what made them so, inside the trace of the page load.
//!
//! Most of them are final only when the page is hidden, long after the load's span has ended. They
//! are told then, once: on that span if it is still here, else on a span `webVitals` below it.
//! Interactions tell their latency on their own root spans, too.

mod interaction;
mod largest_paint;
mod layout_shift;

use std::cell::RefCell;

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, SpanKind, TraceContextExt};
use wasm_bindgen::JsValue;

use super::observer;
use super::timing::instant;
use super::told::set_ms;
use crate::clock::Anchor;
use crate::js::text;
use crate::otlp::Attributes;
use crate::pipeline::{self, EndTime, NewSpan};

const ENTRY_TYPES: [&str; 5] = [
    "paint",
    "largest-contentful-paint",
    "layout-shift",
    "event",
    "first-input",
];

thread_local! {
    static VITALS: RefCell<Option<Vitals>> = const { RefCell::new(None) };
}

/// What is known of the page so far.
struct Vitals {
    load: SpanContext,
    is_told: bool,
    anchor: Anchor,
    /// Of the load's span, once that has ended.
    load_end_ms: f64,
    /// A page that was made ready before the user asked for it counts from when it was shown.
    activation_ms: f64,
    first_byte_ms: f64,
    first_paint_ms: f64,
    largest_paint: Option<largest_paint::LargestPaint>,
    shifts: layout_shift::Shifts,
    interactions: interaction::Interactions,
}

/// Measures from now on, for the load that `context` stands for.
pub(super) fn install(context: &Context, navigation: &JsValue) {
    begin(context, instant(navigation, "activationStart").max(0.0));
    with(|vitals| vitals.first_byte_ms = instant(navigation, "responseStart"));
    observer::observe(&ENTRY_TYPES);
}

/// Measures anew: the page was shown again, without being loaded.
pub(super) fn begin(context: &Context, activation_ms: f64) {
    let vitals = pipeline::with(|pipeline| Vitals {
        load: context.span().span_context().clone(),
        is_told: false,
        load_end_ms: f64::INFINITY,
        anchor: pipeline.anchor,
        activation_ms,
        first_byte_ms: f64::NAN,
        first_paint_ms: f64::NAN,
        largest_paint: None,
        shifts: layout_shift::Shifts::default(),
        interactions: interaction::Interactions::default(),
    });
    VITALS.set(vitals);
}

pub(super) fn observed(entry_type: &str, entry: &JsValue) {
    match entry_type {
        "paint" if text(entry, "name").as_deref() == Some("first-contentful-paint") => {
            with(|vitals| vitals.first_paint_ms = instant(entry, "startTime"));
        }
        "largest-contentful-paint" => {
            let paint = largest_paint::LargestPaint::of(entry);
            with(|vitals| vitals.largest_paint = Some(paint));
        }
        "layout-shift" => {
            with(|vitals| vitals.shifts.add(entry));
        }
        "event" | "first-input" => {
            with(|vitals| vitals.interactions.add(entry));
        }
        _ => {}
    }
}

/// Looks when the load's span has ended, as long as that is known.
pub(super) fn flush() {
    with(|vitals| {
        let end = pipeline::with(|pipeline| {
            let load = pipeline.deferred.find(vitals.load.span_id())?;
            Some(load.end)
        });
        if let Some(end) = end.flatten() {
            let zero = vitals.anchor.unix_nanos(0.0);
            // Less what may be lost by rounding.
            vitals.load_end_ms = end.saturating_sub(zero) as f64 / 1e6 - 0.002;
        }
    });
}

/// Tells all vitals, once: the page is hidden, and may never be seen again.
pub(super) fn report() {
    with(|vitals| {
        let is_new = !std::mem::replace(&mut vitals.is_told, true);
        if is_new && !vitals.tell_root() {
            vitals.tell_below_root();
        }
    });
}

impl Vitals {
    fn tell_root(&self) -> bool {
        let told = pipeline::with(|pipeline| {
            let record = pipeline.record_mut(self.load.span_id())?;
            self.describe(&mut record.attributes);
            Some(())
        });
        told.flatten().is_some()
    }

    fn tell_below_root(&self) {
        let started = pipeline::with(|pipeline| {
            let started = pipeline.start(NewSpan {
                name: "webVitals".into(),
                kind: SpanKind::Internal,
                parent: &self.load,
                scope: pipeline::OWN_SCOPE,
                action: None,
            });
            if let Some(span) = pipeline.active_span(started.key) {
                span.anchor = self.anchor;
                span.record.start = self.anchor.unix_nanos(self.activation_ms);
                self.describe(&mut span.record.attributes);
                if let Some(action) = self.interactions.slowest_action() {
                    span.record.add_link(&action, (&[], 0));
                }
            }
            started
        });
        if let Some(started) = started {
            // Children are inside of their parents; the true time is among the attributes.
            started.end(EndTime::Monotonic(self.paint_ms().min(self.load_end_ms)));
        }
    }

    /// When the page could be seen, as far as that is known.
    fn paint_ms(&self) -> f64 {
        let largest = self.largest_paint.as_ref().map(|paint| paint.time_ms);
        let paint = largest.unwrap_or(self.first_paint_ms);
        paint.max(self.first_byte_ms).max(self.activation_ms)
    }

    fn describe(&self, to: &mut Attributes) {
        let zero_ms = self.activation_ms;
        set_ms(
            to,
            "browser.web_vital.ttfb.value",
            self.first_byte_ms - zero_ms,
        );
        set_ms(
            to,
            "browser.web_vital.fcp.value",
            self.first_paint_ms - zero_ms,
        );
        if let Some(paint) = &self.largest_paint {
            paint.describe(self.first_byte_ms, zero_ms, to);
        }
        self.shifts.describe(to);
        self.interactions.describe(to);
    }
}

fn with(f: impl FnOnce(&mut Vitals)) {
    VITALS.with(|cell| cell.try_borrow_mut().ok()?.as_mut().map(f));
}
