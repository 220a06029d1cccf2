//! Cumulative Layout Shift: how much moved under the user's eyes, at its worst.
//!
//! Shifts that follow each other within a second, for five seconds at most, count together.

use wasm_bindgen::JsValue;

use crate::instrument::selector::selector;
use crate::instrument::told::set_ms;
use crate::js::{float, get, is};
use crate::otlp::Attributes;

const LONGEST_GAP_MS: f64 = 1_000.0;
const LONGEST_SESSION_MS: f64 = 5_000.0;

#[derive(Default)]
pub(super) struct Shifts {
    current: Session,
    worst: Session,
}

#[derive(Clone, Default)]
struct Session {
    value: f64,
    start_ms: f64,
    end_ms: f64,
    largest: f64,
    largest_at_ms: f64,
    target: Option<String>,
}

impl Shifts {
    pub(super) fn add(&mut self, entry: &JsValue) {
        // What the user asked for does not surprise.
        if is(entry, "hadRecentInput") {
            return;
        }
        let moved = || selector(&get(&get(&get(entry, "sources"), "0"), "node"));
        self.count(float(entry, "value"), float(entry, "startTime"), moved);
    }

    fn count(&mut self, value: f64, at_ms: f64, moved: impl FnOnce() -> Option<String>) {
        let session = &mut self.current;
        let is_over = at_ms - session.end_ms >= LONGEST_GAP_MS
            || at_ms - session.start_ms >= LONGEST_SESSION_MS;
        if is_over {
            *session = Session {
                start_ms: at_ms,
                ..Session::default()
            };
        }
        session.end_ms = at_ms;
        session.value += value;
        if value > session.largest {
            session.largest = value;
            session.largest_at_ms = at_ms;
            session.target = moved();
        }
        if session.value > self.worst.value {
            self.worst = session.clone();
        }
    }

    /// A page where nothing moved has the value 0, which is worth knowing.
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
        let mut all = Shifts::default();
        for (value, at) in shifts {
            all.count(*value, *at, || Some(at.to_string()));
        }
        (all.worst.value, all.worst.target)
    }

    #[test]
    fn shifts_close_together_count_together() {
        assert_eq!(
            after(&[(0.25, 100.0), (0.5, 900.0)]),
            (0.75, Some("900".to_owned()))
        );
    }

    #[test]
    fn a_second_of_rest_begins_a_new_session_and_the_worst_one_counts() {
        let worst = after(&[(0.5, 100.0), (0.25, 1_100.0)]);
        assert_eq!(worst, (0.5, Some("100".to_owned())));
    }

    #[test]
    fn no_session_lasts_longer_than_five_seconds() {
        let each = (0..8).map(|n| (0.125, 900.0 * f64::from(n)));
        assert_eq!(after(&each.collect::<Vec<_>>()).0, 0.75);
    }
}
