//! Cumulative Layout Shift (CLS): how much visible content moves unexpectedly.
//!
//! Shifts less than one second apart form a session window of at most five seconds. The value is the
//! largest sum of shifts in one window.

use wasm_bindgen::JsValue;

use crate::browser::js::{float, get, is};
use crate::core::otlp::attributes::Attributes;
use crate::instrument::attributes::set_ms;
use crate::instrument::selector::selector;

/// A later shift starts a new window. Defined by CLS.
const MAX_GAP_MS: f64 = 1_000.0;
/// The longest window. Defined by CLS.
const MAX_WINDOW_MS: f64 = 5_000.0;

/// The current session window, and the one with the largest sum.
#[derive(Default)]
pub(super) struct LayoutShifts {
    current: SessionWindow,
    worst: SessionWindow,
}

/// A session window, with its largest shift.
#[derive(Clone, Default)]
struct SessionWindow {
    value: f64,
    start_ms: f64,
    end_ms: f64,
    largest: f64,
    largest_at_ms: f64,
    target: Option<String>,
}

impl LayoutShifts {
    pub(super) fn add(&mut self, entry: &JsValue) {
        // Shifts right after user input are expected.
        if is(entry, "hadRecentInput") {
            return;
        }
        let moved = || selector(&get(&get(&get(entry, "sources"), "0"), "node"));
        self.count(float(entry, "value"), float(entry, "startTime"), moved);
    }

    /// Adds a shift. `moved` is called only if the shift is the largest of its window.
    fn count(&mut self, value: f64, at_ms: f64, moved: impl FnOnce() -> Option<String>) {
        let window = &mut self.current;
        let is_over =
            at_ms - window.end_ms >= MAX_GAP_MS || at_ms - window.start_ms >= MAX_WINDOW_MS;
        if is_over {
            *window = SessionWindow {
                start_ms: at_ms,
                ..SessionWindow::default()
            };
        }
        window.end_ms = at_ms;
        window.value += value;
        if value > window.largest {
            window.largest = value;
            window.largest_at_ms = at_ms;
            window.target = moved();
        }
        if window.value > self.worst.value {
            self.worst = window.clone();
        }
    }

    /// Adds the worst window. The value is also set if it is 0.
    pub(super) fn describe(&self, to: &mut Attributes) {
        let worst = &self.worst;
        to.set("browser.web_vital.cls.value", worst.value);
        if let Some(target) = &worst.target {
            to.set("browser.web_vital.cls.target", &**target);
            set_ms(
                to,
                "browser.web_vital.cls.largest_shift_time",
                worst.largest_at_ms,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(shifts: &[(f64, f64)]) -> (f64, Option<String>) {
        let mut all = LayoutShifts::default();
        for (value, at) in shifts {
            all.count(*value, *at, || Some(at.to_string()));
        }
        (all.worst.value, all.worst.target)
    }

    #[test]
    fn shifts_less_than_a_second_apart_are_summed() {
        assert_eq!(
            after(&[(0.25, 100.0), (0.5, 900.0)]),
            (0.75, Some("900".to_owned()))
        );
    }

    #[test]
    fn worst_of_several_windows_counts() {
        let worst = after(&[(0.5, 100.0), (0.25, 1_100.0)]);
        assert_eq!(worst, (0.5, Some("100".to_owned())));
    }

    #[test]
    fn window_is_at_most_five_seconds_long() {
        let each = (0..8).map(|n| (0.125, 900.0 * f64::from(n)));
        assert_eq!(after(&each.collect::<Vec<_>>()).0, 0.75);
    }
}
