//! The start by which a trace is listed.
//!
//! Some senders have a wrong clock or none. A trace dated in the year 2262 would stay at the
//! top of the list forever. So a trace that starts much later than it arrived is listed by its
//! arrival, and so is a trace without a date. Its summary says so; its spans stay unchanged.

use std::time::Duration;

/// How far a sender's clock may be ahead.
pub(super) const MAX_AHEAD: Duration = Duration::from_hours(1);

/// January 1, 2000, in nanoseconds since 1970. Only a clock that was never set is earlier.
const MIN_START_NANOS: i64 = 946_684_800_000_000_000;

/// Returns the start by which a trace is listed. `previous` is the one it is listed by now, if
/// it is listed. All times are nanoseconds since 1970.
pub(super) fn listed_start(start: i64, now: i64, previous: Option<i64>) -> i64 {
    if (MIN_START_NANOS..=latest_credible(now)).contains(&start) {
        return start;
    }
    previous.unwrap_or(now)
}

/// Returns the latest start that is credible at time `now`.
pub(super) fn latest_credible(now: i64) -> i64 {
    let ahead = i64::try_from(MAX_AHEAD.as_nanos()).unwrap_or(i64::MAX);
    now.saturating_add(ahead)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_790_000_000_000_000_000;
    const HOUR: i64 = 3_600_000_000_000;

    #[test]
    fn start_that_is_not_credible_is_replaced() {
        for (start, previous, expected) in [
            (NOW - 1000 * HOUR, None, NOW - 1000 * HOUR),
            (NOW + HOUR, None, NOW + HOUR),
            (NOW + HOUR + 1, None, NOW),
            (i64::MAX, None, NOW),
            (i64::MAX, Some(NOW - 5), NOW - 5),
            (0, None, NOW),
            (0, Some(NOW - 5), NOW - 5),
            // A root span that arrives later corrects it.
            (NOW - HOUR, Some(NOW - 5), NOW - HOUR),
        ] {
            assert_eq!(listed_start(start, NOW, previous), expected, "{start}");
        }
    }
}
