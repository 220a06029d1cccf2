//! Ages ("3h ago", "Nov 11") and time left ("5d", "30m"). All instants are milliseconds since the epoch, UTC.

use api_types::Timestamp;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// How long ago something happened; a date once it is a week old.
///
/// An instant ahead of `now` reads as "now": the server's clock may run ahead of this one.
pub(crate) fn age(then: i64, now: i64) -> String {
    match now - then {
        elapsed if elapsed < MINUTE => "now".to_owned(),
        elapsed if elapsed < HOUR => format!("{}m ago", elapsed / MINUTE),
        elapsed if elapsed < DAY => format!("{}h ago", elapsed / HOUR),
        elapsed if elapsed < 7 * DAY => format!("{}d ago", elapsed / DAY),
        _ => date(then, now),
    }
}

/// How long a crud still lives, in its largest whole unit.
///
/// A minute is added first, so that a crud sent just now for seven days says "7d" and not "6d".
pub(crate) fn left(expires: i64, now: i64) -> String {
    match expires - now + MINUTE {
        left if left >= DAY => format!("{}d", left / DAY),
        left if left >= HOUR => format!("{}h", left / HOUR),
        left => format!("{}m", (left / MINUTE).max(0)),
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
    fn an_age_is_told_in_its_largest_whole_unit() {
        assert_eq!(age(NOW, NOW), "now");
        assert_eq!(age(NOW - 59_000, NOW), "now");
        assert_eq!(age(NOW - MINUTE, NOW), "1m ago");
        assert_eq!(age(NOW - HOUR + 1, NOW), "59m ago");
        assert_eq!(age(NOW - 3 * HOUR, NOW), "3h ago");
        assert_eq!(age(NOW - 6 * DAY, NOW), "6d ago");
    }

    #[test]
    fn a_week_old_is_a_date_and_another_year_is_named() {
        assert_eq!(age(NOW - 7 * DAY, NOW), "Nov 15");
        assert_eq!(age(NOW - 11 * DAY, NOW), "Nov 11");
        assert_eq!(age(NOW - 326 * DAY, NOW), "Dec 31, 2024");
        assert_eq!(age(951_782_400_000, NOW), "Feb 29, 2000");
    }

    #[test]
    fn an_instant_in_the_future_is_now() {
        assert_eq!(age(NOW + HOUR, NOW), "now");
    }

    #[test]
    fn time_left_is_told_in_its_largest_whole_unit() {
        assert_eq!(left(NOW + 7 * DAY - 3_000, NOW), "7d");
        assert_eq!(left(NOW + 5 * DAY + 3 * HOUR, NOW), "5d");
        assert_eq!(left(NOW + 12 * HOUR, NOW), "12h");
        assert_eq!(left(NOW + 30 * MINUTE, NOW), "31m");
        assert_eq!(left(NOW + 29 * MINUTE + 1, NOW), "30m");
        assert_eq!(left(NOW - HOUR, NOW), "0m");
    }
}
