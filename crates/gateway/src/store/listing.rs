//! Where a trace has its place in the list: at its start, unless that cannot be right.
//!
//! Clocks of senders are wrong now and then, and some senders have none. A trace that is dated
//! in the year 2262 would stand above all others for good. So a trace whose start is later than
//! its arrival, by more than clocks usually differ, is listed by its arrival, and so is one that
//! has no date. Its summary says so; what its spans say is kept.

use std::time::Duration;

/// How far a sender's clock may be ahead.
pub(super) const MAX_AHEAD: Duration = Duration::from_secs(60 * 60);

/// The first of January 2000, in nanoseconds since 1970: no span is older, and clocks that were
/// never set are.
const MIN_START_NANOS: i64 = 946_684_800_000_000_000;

/// What is known of a trace's place before its spans are summarized.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// Nothing: it arrives now.
    New,
    /// It has this place.
    Listed(i64),
}

/// Returns a trace's place. All times are nanoseconds since 1970.
pub(super) fn place(start: i64, now: i64, known: Known) -> i64 {
    if (MIN_START_NANOS..=latest_start(now)).contains(&start) {
        return start;
    }
    match known {
        Known::New => now,
        Known::Listed(place) => place,
    }
}

/// The latest start that is believed.
pub(super) fn latest_start(now: i64) -> i64 {
    let ahead = i64::try_from(MAX_AHEAD.as_nanos()).unwrap_or(i64::MAX);
    now.saturating_add(ahead)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_790_000_000_000_000_000;
    const HOUR: i64 = 3_600_000_000_000;

    #[test]
    fn place_is_the_start_unless_that_cannot_be_right() {
        for (start, known, expected) in [
            (NOW - 1000 * HOUR, Known::New, NOW - 1000 * HOUR),
            (NOW + HOUR, Known::New, NOW + HOUR),
            (NOW + HOUR + 1, Known::New, NOW),
            (i64::MAX, Known::New, NOW),
            (i64::MAX, Known::Listed(NOW - 5), NOW - 5),
            (0, Known::New, NOW),
            (0, Known::Listed(NOW - 5), NOW - 5),
            // A root that arrives late puts it right.
            (NOW - HOUR, Known::Listed(NOW - 5), NOW - HOUR),
        ] {
            assert_eq!(place(start, NOW, known), expected, "{start}");
        }
    }
}
