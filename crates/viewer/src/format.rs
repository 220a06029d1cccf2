//! Numbers as a person reads them.

/// A duration in three digits and its unit: `412 µs`, `51.2 ms`, `1.24 s`.
pub(crate) fn duration(nanos: u64) -> String {
    let units = [(1_000_000_000.0, "s"), (1_000_000.0, "ms"), (1_000.0, "µs")];
    let nanos_float = nanos as f64;
    // From 999.5 on the number would be written with four digits in the smaller unit.
    let unit = units
        .into_iter()
        .find(|(size, _)| nanos_float >= size * 0.9995);
    unit.map_or_else(
        || small(nanos),
        |(size, name)| format!("{} {name}", three_digits(nanos_float / size)),
    )
}

/// A nothing has the unit one reads traces in.
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
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// How long ago: `just now`, `4 s`, `2 min`, `3 h`, `5 d`.
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

/// With thin groups of three: `1,204`.
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

/// `1 span`, `9 spans`.
pub(crate) fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", count(number as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_three_digits_and_the_unit_that_fits() {
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
        check(75_000_000_000, "75 s");
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
    fn counts_are_grouped() {
        assert_eq!(
            [0, 999, 1_204, 1_000_000].map(count),
            ["0", "999", "1,204", "1,000,000"]
        );
        assert_eq!(
            (counted(1, "span"), counted(2, "span")),
            ("1 span".into(), "2 spans".into())
        );
    }
}
