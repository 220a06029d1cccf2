//! Formats ages ("3h ago", "Nov 11") and the time left ("5d", "30m").
//!
//! All times are milliseconds since the Unix epoch, in UTC.

use api_types::Timestamp;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Formats an age, or the date if it is a week or more.
///
/// A time in the future is "now": the server's clock may be ahead of the browser's.
pub(crate) fn age(then: i64, now: i64) -> String {
    match now - then {
        elapsed if elapsed < MINUTE_MS => "now".to_owned(),
        elapsed if elapsed < HOUR_MS => format!("{}m ago", elapsed / MINUTE_MS),
        elapsed if elapsed < DAY_MS => format!("{}h ago", elapsed / HOUR_MS),
        elapsed if elapsed < 7 * DAY_MS => format!("{}d ago", elapsed / DAY_MS),
        _ => date(then, now),
    }
}

/// Formats the time until a crud expires, in its largest whole unit.
///
/// A minute is added first, so that a new crud that expires after seven days shows "7d" and not "6d".
pub(crate) fn time_left(expires: i64, now: i64) -> String {
    match expires - now + MINUTE_MS {
        left if left >= DAY_MS => format!("{}d", left / DAY_MS),
        left if left >= HOUR_MS => format!("{}h", left / HOUR_MS),
        left => format!("{}m", (left / MINUTE_MS).max(0)),
    }
}

fn date(then: i64, now: i64) -> String {
    let (year, month, day) = Timestamp::from_millis(then).date();
    let name = MONTHS[(month - 1) as usize];
    if year == Timestamp::from_millis(now).date().0 {
        format!("{name} {day}")
    } else {
        format!("{name} {day}, {year}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // 2025-11-22T12:00:00Z
    const NOW: i64 = 1_763_812_800_000;

    #[test]
    fn age_is_in_its_largest_whole_unit() {
        assert_eq!(age(NOW, NOW), "now");
        assert_eq!(age(NOW - 59_000, NOW), "now");
        assert_eq!(age(NOW - MINUTE_MS, NOW), "1m ago");
        assert_eq!(age(NOW - HOUR_MS + 1, NOW), "59m ago");
        assert_eq!(age(NOW - 3 * HOUR_MS, NOW), "3h ago");
        assert_eq!(age(NOW - 6 * DAY_MS, NOW), "6d ago");
    }

    #[test]
    fn age_of_a_week_is_a_date_with_the_year_if_not_current() {
        assert_eq!(age(NOW - 7 * DAY_MS, NOW), "Nov 15");
        assert_eq!(age(NOW - 11 * DAY_MS, NOW), "Nov 11");
        assert_eq!(age(NOW - 326 * DAY_MS, NOW), "Dec 31, 2024");
        assert_eq!(age(951_782_400_000, NOW), "Feb 29, 2000");
    }

    #[test]
    fn future_time_is_now() {
        assert_eq!(age(NOW + HOUR_MS, NOW), "now");
    }

    #[test]
    fn time_left_is_in_its_largest_whole_unit() {
        assert_eq!(time_left(NOW + 7 * DAY_MS - 3_000, NOW), "7d");
        assert_eq!(time_left(NOW + 5 * DAY_MS + 3 * HOUR_MS, NOW), "5d");
        assert_eq!(time_left(NOW + 12 * HOUR_MS, NOW), "12h");
        assert_eq!(time_left(NOW + 30 * MINUTE_MS, NOW), "31m");
        assert_eq!(time_left(NOW + 29 * MINUTE_MS + 1, NOW), "30m");
        assert_eq!(time_left(NOW - HOUR_MS, NOW), "0m");
    }
}
