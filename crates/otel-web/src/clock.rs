//! Wall-clock times with monotonic durations.
//!
//! A page has two clocks: `performance.now()` never jumps but knows no date, and stands still while
//! the machine sleeps; the wall clock knows the date and may be corrected at any moment. An
//! [`Anchor`] ties the two together at one instant. All spans of a trace use one anchor, so that
//! their durations and order are exact; a new trace takes a new anchor when the clocks have drifted.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::platform;

/// Further apart than this, and a new trace is anchored anew. In milliseconds.
const TOLERATED_DRIFT_MS: f64 = 5.0;

/// Nanoseconds since 1970, the unit of OTLP.
pub(crate) type UnixNanos = u64;

/// One instant on both clocks, kept as the wall-clock time at which the monotonic clock was zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Anchor {
    origin_ms: f64,
}

impl Anchor {
    pub(crate) const fn new(origin_ms: f64) -> Self {
        Self { origin_ms }
    }

    /// The anchor a new trace should use, and how far the old one was off when it was replaced.
    pub(crate) fn refreshed(self, wall_ms: f64, monotonic_ms: f64) -> (Self, Option<f64>) {
        let drift = wall_ms - (self.origin_ms + monotonic_ms);
        if drift.abs() <= TOLERATED_DRIFT_MS {
            return (self, None);
        }
        (Self::new(wall_ms - monotonic_ms), Some(drift))
    }

    /// A monotonic time, in milliseconds, as a date. Rounded to microseconds: browsers give no more.
    pub(crate) fn unix_nanos(self, monotonic_ms: f64) -> UnixNanos {
        let micros = (self.origin_ms + monotonic_ms) * 1_000.0;
        (micros + 0.5) as u64 * 1_000
    }

    /// A date as a monotonic time, in milliseconds.
    #[cfg(feature = "resource-timing")]
    pub(crate) fn monotonic_ms(self, nanos: UnixNanos) -> f64 {
        nanos as f64 / 1e6 - self.origin_ms
    }

    pub(crate) fn now(self) -> UnixNanos {
        self.unix_nanos(platform::monotonic_ms())
    }

    /// The time a caller of the API gave, made precise where it only means "now".
    ///
    /// The API crate reads `Date.now()`, whole milliseconds, when a span is ended through its
    /// context; the difference to the monotonic clock would make a child end after its parent.
    pub(crate) fn sharpen(self, given: SystemTime) -> UnixNanos {
        let given = from_system_time(given);
        let now = self.now();
        let is_whole_milliseconds = given.is_multiple_of(1_000_000);
        if is_whole_milliseconds && now.abs_diff(given) < 2_000_000 {
            now
        } else {
            given
        }
    }
}

pub(crate) fn from_system_time(time: SystemTime) -> UnixNanos {
    let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    // Not `as_nanos`, which is arithmetic with 128 bits.
    let seconds = since_epoch.as_secs().saturating_mul(1_000_000_000);
    seconds.saturating_add(since_epoch.subsec_nanos().into())
}

#[cfg(test)]
pub(crate) fn to_system_time(nanos: UnixNanos) -> SystemTime {
    UNIX_EPOCH + Duration::from_nanos(nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_difference_keeps_the_anchor() {
        let anchor = Anchor::new(1_700_000_000_000.25);
        assert_eq!(anchor.refreshed(1_700_000_000_104.0, 100.0), (anchor, None));
    }

    #[test]
    fn after_two_hours_of_sleep_the_next_trace_is_anchored_anew() {
        let anchor = Anchor::new(1_700_000_000_000.0);
        let wall = 1_700_000_000_000.0 + 7_200_000.0 + 50.0;
        let (fresh, drift) = anchor.refreshed(wall, 50.0);
        assert_eq!(drift, Some(7_200_000.0));
        assert_eq!(fresh.unix_nanos(50.0), wall as u64 * 1_000_000);
    }

    #[test]
    fn microseconds_survive_the_conversion() {
        let anchor = Anchor::new(1_795_000_000_000.0);
        assert_eq!(anchor.unix_nanos(12.345), 1_795_000_000_012_345_000);
    }

    #[test]
    fn a_time_given_by_the_caller_is_kept() {
        let given = to_system_time(1_700_000_000_123_456_789);
        assert_eq!(Anchor::new(0.0).sharpen(given), 1_700_000_000_123_456_789);
    }

    #[test]
    fn times_before_the_epoch_become_zero() {
        assert_eq!(from_system_time(UNIX_EPOCH - Duration::from_secs(1)), 0);
    }
}
