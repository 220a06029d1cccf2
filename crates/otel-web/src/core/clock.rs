//! Wall-clock times with monotonic durations.
//!
//! A page has two clocks. `performance.now()` never jumps, but has no date, and stops while the
//! machine sleeps. The wall clock has the date, but may be adjusted at any time. An [`Anchor`]
//! relates the two at one instant. All spans of a trace use the same anchor, so that their durations
//! and their order are exact. A new trace takes a new anchor if the clocks have drifted apart.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// With a larger drift, a new trace takes a new anchor.
const MAX_DRIFT_MS: f64 = 5.0;

/// Nanoseconds since 1970, the unit of OTLP.
pub(crate) type UnixNanos = u64;

/// One instant on both clocks, as the wall-clock time at which the monotonic clock was zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Anchor {
    origin_ms: f64,
}

impl Anchor {
    pub(crate) const fn new(origin_ms: f64) -> Self {
        Self { origin_ms }
    }

    /// Returns the anchor for a new trace. If it differs from this one, also returns the drift, in
    /// milliseconds.
    pub(crate) fn refreshed(self, wall_ms: f64, monotonic_ms: f64) -> (Self, Option<f64>) {
        let drift = wall_ms - (self.origin_ms + monotonic_ms);
        if drift.abs() <= MAX_DRIFT_MS {
            return (self, None);
        }
        (Self::new(wall_ms - monotonic_ms), Some(drift))
    }

    /// Converts a monotonic time to a date, rounded to microseconds, the resolution of browsers.
    pub(crate) fn unix_nanos(self, monotonic_ms: f64) -> UnixNanos {
        let micros = (self.origin_ms + monotonic_ms) * 1_000.0;
        (micros + 0.5) as u64 * 1_000
    }

    /// Converts a date to a monotonic time.
    #[cfg(feature = "resource-timing")]
    pub(crate) fn monotonic_ms(self, nanos: UnixNanos) -> f64 {
        nanos as f64 / 1e6 - self.origin_ms
    }

    /// Converts a time from the API, and replaces it by the exact time if it means "now".
    ///
    /// When a span is ended through its context, the API crate reads `Date.now()`, in whole
    /// milliseconds. The difference to the monotonic clock would make a child end after its parent.
    pub(crate) fn refine(self, time: SystemTime, now_ms: f64) -> UnixNanos {
        let time = from_system_time(time);
        let now = self.unix_nanos(now_ms);
        let is_whole_milliseconds = time.is_multiple_of(1_000_000);
        if is_whole_milliseconds && now.abs_diff(time) < 2_000_000 {
            now
        } else {
            time
        }
    }
}

pub(crate) fn from_system_time(time: SystemTime) -> UnixNanos {
    let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    // `as_nanos` would add 128-bit arithmetic to the page.
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
    fn anchor_is_kept_while_the_drift_is_small() {
        let anchor = Anchor::new(1_700_000_000_000.25);
        assert_eq!(anchor.refreshed(1_700_000_000_104.0, 100.0), (anchor, None));
    }

    #[test]
    fn anchor_is_replaced_after_two_hours_of_sleep() {
        let anchor = Anchor::new(1_700_000_000_000.0);
        let wall = 1_700_000_000_000.0 + 7_200_000.0 + 50.0;
        let (fresh, drift) = anchor.refreshed(wall, 50.0);
        assert_eq!(drift, Some(7_200_000.0));
        assert_eq!(fresh.unix_nanos(50.0), wall as u64 * 1_000_000);
    }

    #[test]
    fn conversion_keeps_microseconds() {
        let anchor = Anchor::new(1_795_000_000_000.0);
        assert_eq!(anchor.unix_nanos(12.345), 1_795_000_000_012_345_000);
    }

    #[test]
    fn explicit_time_is_not_refined() {
        let time = to_system_time(1_700_000_000_123_456_789);
        assert_eq!(
            Anchor::new(0.0).refine(time, 0.0),
            1_700_000_000_123_456_789
        );
    }

    #[test]
    fn time_before_the_epoch_is_zero() {
        assert_eq!(from_system_time(UNIX_EPOCH - Duration::from_secs(1)), 0);
    }
}
