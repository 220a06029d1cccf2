//! Formatting of durations, sizes and counts.

// In nanoseconds.
const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// The shortest duration, in nanoseconds, that seconds with three digits would round to a minute.
const MIN_IN_MINUTES: u64 = MINUTE - SECOND / 20;

/// Formats a duration with three digits: `412 µs`, `51.2 ms`, `1.24 s`. From one minute on, it has
/// two units: `2 min 3 s`, `1 h 4 min`, `3 d 2 h`.
pub(crate) fn duration(nanos: u64) -> String {
    if nanos >= MIN_IN_MINUTES {
        return long(nanos);
    }
    let units = [(1_000_000_000.0, "s"), (1_000_000.0, "ms"), (1_000.0, "µs")];
    let nanos_float = nanos as f64;
    // From 999.5 on, the number would have four digits in the smaller unit.
    let unit = units
        .into_iter()
        .find(|(size, _)| nanos_float >= size * 0.9995);
    unit.map_or_else(
        || small(nanos),
        |(size, name)| format!("{} {name}", three_digits(nanos_float / size)),
    )
}

fn long(nanos: u64) -> String {
    let rounded = |unit: u64| nanos.saturating_add(unit / 2) / unit * unit;
    let (nanos, [large, small]) = if rounded(SECOND) < HOUR {
        (rounded(SECOND), [(MINUTE, "min"), (SECOND, "s")])
    } else if rounded(MINUTE) < DAY {
        (rounded(MINUTE), [(HOUR, "h"), (MINUTE, "min")])
    } else {
        (rounded(HOUR), [(DAY, "d"), (HOUR, "h")])
    };
    let first = format!("{} {}", nanos / large.0, large.1);
    match nanos % large.0 / small.0 {
        0 => first,
        rest => format!("{first} {rest} {}", small.1),
    }
}

/// Formats a time on an axis with as many digits as ticks at distance `step` need: `7.5 ms`,
/// `2 min 3.25 s`.
pub(crate) fn tick(nanos: u64, step: u64) -> String {
    let minutes = nanos / MINUTE;
    if minutes > 0 && step.is_multiple_of(MINUTE) {
        return exact_minutes(minutes);
    }
    let (unit, name) = match nanos {
        0 => return "0 ms".to_owned(),
        SECOND.. => (SECOND, "s"),
        1_000_000.. => (1_000_000, "ms"),
        1_000.. => (1_000, "µs"),
        _ => (1, "ns"),
    };
    let rest = if minutes > 0 { nanos % MINUTE } else { nanos };
    let decimals = (unit / step.max(1)).max(1).ilog10() as usize;
    // A step of 2 or 5 times a power of ten needs one more digit than its magnitude.
    let decimals = decimals + usize::from(!step.is_multiple_of(unit / 10_u64.pow(decimals as u32)));
    let number = format!("{:.decimals$}", rest as f64 / unit as f64);
    let number = without_zeros(&number);
    match (minutes, number) {
        (0, number) => format!("{number} {name}"),
        (minutes, "0") => exact_minutes(minutes),
        (minutes, number) => format!("{} {number} s", exact_minutes(minutes)),
    }
}

fn exact_minutes(minutes: u64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// Formats a fraction: `71 %`, `0.4 %`, `< 0.1 %`.
pub(crate) fn percent(fraction: f64) -> String {
    let percent = fraction * 100.0;
    if percent >= 9.95 || percent == 0.0 {
        format!("{percent:.0} %")
    } else if percent >= 0.1 {
        format!("{} %", without_zeros(&format!("{percent:.1}")))
    } else {
        "< 0.1 %".to_owned()
    }
}

/// Formats a size: `1.5 MB`, `12 KB`, `900 bytes`.
pub(crate) fn bytes(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..999_500 => format!("{} KB", three_digits(bytes as f64 / 1e3)),
        _ => format!("{} MB", three_digits(bytes as f64 / 1e6)),
    }
}

/// Zero has the most common unit of traces.
fn small(nanos: u64) -> String {
    if nanos == 0 {
        "0 ms".to_owned()
    } else {
        format!("{nanos} ns")
    }
}

fn three_digits(value: f64) -> String {
    let decimals = if value < 9.995 {
        2
    } else if value < 99.95 {
        1
    } else {
        0
    };
    without_zeros(&format!("{value:.decimals$}")).to_owned()
}

fn without_zeros(number: &str) -> &str {
    if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.')
    } else {
        number
    }
}

/// Formats an age: `just now`, `4 s`, `2 min`, `3 h`, `5 d`.
pub(crate) fn age(milliseconds: f64) -> String {
    let seconds = (milliseconds / 1_000.0).max(0.0) as u64;
    match seconds {
        0..=1 => "just now".to_owned(),
        2..=59 => format!("{seconds} s"),
        60..=3_599 => format!("{} min", seconds / 60),
        3_600..=86_399 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// Formats a number with thousands separators: `1,204`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Returns the ending of a noun after a number.
pub(crate) const fn plural(number: u64) -> &'static str {
    if number == 1 { "" } else { "s" }
}

/// Formats a number with a noun: `1 span`, `9 spans`.
pub(crate) fn quantity(number: usize, noun: &str) -> String {
    let number = number as u64;
    format!("{} {noun}{}", count(number), plural(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_three_digits() {
        let check = |nanos, text: &str| assert_eq!(duration(nanos), text);
        check(0, "0 ms");
        check(999, "999 ns");
        check(1_000, "1 µs");
        check(412_400, "412 µs");
        check(999_600, "1 ms");
        check(3_100_000, "3.1 ms");
        check(51_249_000, "51.2 ms");
        check(99_960_000, "100 ms");
        check(132_000_000, "132 ms");
        check(1_240_000_000, "1.24 s");
        check(59_900_000_000, "59.9 s");
        check(59_960_000_000, "1 min");
    }

    #[test]
    fn durations_from_a_minute_on_have_two_units() {
        let check = |seconds: f64, text: &str| assert_eq!(duration((seconds * 1e9) as u64), text);
        check(60.0, "1 min");
        check(75.0, "1 min 15 s");
        check(123.4, "2 min 3 s");
        check(180.04, "3 min");
        check(119.7, "2 min");
        check(3_599.7, "1 h");
        check(3_840.0, "1 h 4 min");
        check(86_399.0, "1 d");
        check(266_400.0, "3 d 2 h");
        assert_eq!(duration(u64::MAX), "213503 d 23 h");
    }

    #[test]
    fn ticks_have_as_many_digits_as_their_step_needs() {
        let check = |nanos, step, text: &str| assert_eq!(tick(nanos, step), text);
        check(0, 10_000_000, "0 ms");
        check(7_500_000, 500_000, "7.5 ms");
        check(1_241_000_000, 1_000_000, "1.241 s");
        check(1_242_000_000, 2_000_000, "1.242 s");
        check(1_240_000_000, 20_000_000, "1.24 s");
        check(30_000_000_000, 30_000_000_000, "30 s");
        check(90_000_000_000, 30_000_000_000, "1 min 30 s");
        check(123_250_000_000, 50_000_000, "2 min 3.25 s");
        check(120_000_000_000, 50_000_000, "2 min");
        check(7_200_000_000_000, 3_600_000_000_000, "2 h");
        check(5_400_000_000_000, 1_800_000_000_000, "1 h 30 min");
        check(5_401_000_000_000, 1_000_000_000, "1 h 30 min 1 s");
        check(123, 1, "123 ns");
        check(1_234_567, 1, "1.234567 ms");
    }

    #[test]
    fn small_percentages_have_a_decimal() {
        let check = |fraction, text: &str| assert_eq!(percent(fraction), text);
        check(0.0, "0 %");
        check(0.000_2, "< 0.1 %");
        check(0.004, "0.4 %");
        check(0.02, "2 %");
        check(0.714, "71 %");
        check(1.0, "100 %");
    }

    #[test]
    fn sizes_have_three_digits() {
        assert_eq!(
            [900, 12_345, 5_400_000].map(bytes),
            ["900 bytes", "12.3 KB", "5.4 MB"]
        );
    }

    #[test]
    fn ages_are_short() {
        let check = |ms, text: &str| assert_eq!(age(ms), text);
        check(-300.0, "just now");
        check(1_900.0, "just now");
        check(4_000.0, "4 s");
        check(119_000.0, "1 min");
        check(7_200_000.0, "2 h");
        check(200_000_000.0, "2 d");
    }

    #[test]
    fn counts_have_thousands_separators() {
        assert_eq!(
            [0, 999, 1_204, 1_000_000].map(count),
            ["0", "999", "1,204", "1,000,000"]
        );
        assert_eq!(
            (quantity(1, "span"), quantity(2, "span")),
            ("1 span".into(), "2 spans".into())
        );
    }
}
