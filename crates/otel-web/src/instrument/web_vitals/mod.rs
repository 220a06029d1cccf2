//! Web vitals with their causes, in the trace of the page load.
//!
//! Most vitals are final only when the page is hidden, long after the span of the load has ended. They
//! are reported then, once: on the span of the load if it is still in memory, else on a child named
//! `webVitals`. The latency of each interaction is also recorded on the root span of its action.
//!
//! Browsers paint a hidden page when it is shown, which may be hours later. So paints count only if the
//! page has been visible until then.

mod interaction;
mod largest_paint;
mod layout_shift;

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, SpanKind, TraceContextExt};
use wasm_bindgen::JsValue;

use crate::browser::js::{float, global, is, text};
use crate::browser::platform;
use crate::core::clock::Anchor;
use crate::core::otlp::attributes::Attributes;
use crate::core::slot::{self, Slot};
use crate::instrument::attributes::set_ms;
use crate::instrument::timing::positive_or_nan;
use crate::trace::pipeline::{self, EndTime, NewSpan};

thread_local! {
    static VITALS: Slot<Vitals> = const { Slot::new(None) };
}

/// The measurements of the page so far.
struct Vitals {
    load: SpanContext,
    is_reported: bool,
    anchor: Anchor,
    /// The end of the load's span, once known.
    load_end_ms: f64,
    /// When a prerendered page was shown. All vitals count from then; 0 for other pages.
    activation_ms: f64,
    /// When the page was hidden first. Infinite if it was always visible.
    hidden_ms: f64,
    /// A restored page: the browser reports no paints.
    is_restored: bool,
    first_byte_ms: f64,
    first_paint_ms: f64,
    largest_paint: Option<largest_paint::LargestPaint>,
    shifts: layout_shift::LayoutShifts,
    interactions: interaction::Interactions,
}

/// Starts to measure the page load of `context`.
pub(super) fn install(context: &Context, navigation: &JsValue) {
    begin(context, 0.0);
    with(|vitals| vitals.first_byte_ms = positive_or_nan(navigation, "responseStart"));
    activate(navigation);
}

/// Reads when a prerendered page was shown. It was hidden until then.
pub(super) fn activate(navigation: &JsValue) {
    with(|vitals| {
        vitals.activation_ms = positive_or_nan(navigation, "activationStart").max(0.0);
        vitals.hidden_ms = hidden_ms(vitals.activation_ms);
    });
}

/// Starts to measure a page that was restored from the back/forward cache.
pub(super) fn restore(context: &Context, start_ms: f64) {
    begin(context, start_ms);
    with(|vitals| {
        vitals.is_restored = true;
        vitals.first_byte_ms = start_ms;
    });
}

/// Records the first frame of a restored page, which shows all of its content.
pub(crate) fn painted() {
    let now = platform::monotonic_ms();
    with(|vitals| {
        if std::mem::take(&mut vitals.is_restored) && hidden_ms(now) > now {
            vitals.first_paint_ms = now;
            let paint = largest_paint::LargestPaint::without_target(now);
            vitals.largest_paint.get_or_insert(paint);
        }
    });
}

/// Returns `now` if the page is hidden, or infinity.
fn hidden_ms(now: f64) -> f64 {
    if is(&global("document"), "hidden") {
        now
    } else {
        f64::INFINITY
    }
}

/// Resets all measurements.
fn begin(context: &Context, activation_ms: f64) {
    let vitals = pipeline::with(|pipeline| Vitals {
        load: context.span().span_context().clone(),
        is_reported: false,
        load_end_ms: f64::INFINITY,
        anchor: pipeline.anchor,
        activation_ms,
        hidden_ms: hidden_ms(activation_ms),
        is_restored: false,
        first_byte_ms: f64::NAN,
        first_paint_ms: f64::NAN,
        largest_paint: None,
        shifts: layout_shift::LayoutShifts::default(),
        interactions: interaction::Interactions::default(),
    });
    if let Some(vitals) = vitals {
        VITALS.set(Some(Box::new(vitals)));
    }
}

pub(super) fn handle_entry(entry_type: &str, entry: &JsValue) {
    let start_ms = float(entry, "startTime");
    let name = || text(entry, "name").unwrap_or_default();
    match entry_type {
        "visibility-state" if name() == "hidden" => with(|vitals| {
            // A prerendered page is hidden until it is shown.
            if start_ms >= vitals.activation_ms {
                vitals.hidden_ms = vitals.hidden_ms.min(start_ms);
            }
        }),
        "paint" if name() == "first-contentful-paint" => with(|vitals| {
            if start_ms <= vitals.hidden_ms {
                vitals.first_paint_ms = start_ms;
            }
        }),
        "largest-contentful-paint" => {
            let paint = largest_paint::LargestPaint::of(entry);
            with(|vitals| {
                if start_ms <= vitals.hidden_ms {
                    vitals.largest_paint = Some(paint);
                }
            });
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

/// Reads the end of the load's span while it is deferred.
pub(super) fn flush() {
    with(|vitals| {
        let end = pipeline::with(|pipeline| {
            let load = pipeline.deferred.find(vitals.load.span_id())?;
            Some(load.end)
        });
        if let Some(end) = end.flatten() {
            let zero = vitals.anchor.unix_nanos(0.0);
            // Minus the largest rounding error.
            vitals.load_end_ms = end.saturating_sub(zero) as f64 / 1e6 - 0.002;
        }
    });
}

/// Reports all vitals, once: the page is hidden, and may never become visible again.
pub(super) fn report() {
    with(|vitals| {
        let is_first = !std::mem::replace(&mut vitals.is_reported, true);
        if is_first && !vitals.record_on_load() {
            vitals.record_on_child();
        }
    });
}

impl Vitals {
    /// False if the span of the load has been sent.
    fn record_on_load(&self) -> bool {
        let recorded = pipeline::with(|pipeline| {
            let record = pipeline.record_mut(self.load.span_id())?;
            self.describe(&mut record.attributes);
            Some(())
        });
        recorded.flatten().is_some()
    }

    /// Reports on a new child of the load, whose own span has been sent.
    fn record_on_child(&self) {
        let started = pipeline::with(|pipeline| {
            let started = pipeline.start(NewSpan::own("webVitals", SpanKind::Internal, &self.load));
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
            // A child ends within its parent. The exact time is in the attributes.
            started.end(EndTime::Monotonic(self.paint_ms().min(self.load_end_ms)));
        }
    }

    /// Returns when the main content was painted, or the closest earlier time that is known.
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
    slot::with(&VITALS, f);
}
