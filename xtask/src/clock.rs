//! Durations for people.

use std::time::Duration;

/// Formats a duration such as `840 ms`, `3.2 s`, `47 s` or `2 min 05 s`.
pub(crate) fn human(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0 => format!("{} ms", duration.as_millis()),
        1..10 => format!("{:.1} s", duration.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unit_depends_on_the_duration() {
        for (milliseconds, expected) in [
            (840, "840 ms"),
            (3_240, "3.2 s"),
            (47_900, "47 s"),
            (125_000, "2 min 05 s"),
        ] {
            assert_eq!(human(Duration::from_millis(milliseconds)), expected);
        }
    }
}
