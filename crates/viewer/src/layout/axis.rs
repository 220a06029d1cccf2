//! The time axis: converts times to fractions of its width, and places ticks at round times.

use trace_model::Interval;

use crate::format;

/// The interval that the waterfall shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Axis {
    /// The time of "0 ms" on the ruler.
    pub(crate) origin: u64,
    pub(crate) shown: Interval,
}

/// A mark on the ruler.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick {
    /// Nanoseconds from the axis' origin.
    pub(crate) offset: u64,
    pub(crate) fraction: f64,
    pub(crate) label: String,
}

impl Axis {
    /// Shows all of `extent`.
    pub(crate) const fn whole(extent: Interval) -> Self {
        Self {
            origin: extent.start,
            shown: extent,
        }
    }

    /// Shows `shown`. The ruler starts at the start of `extent`.
    pub(crate) const fn part(extent: Interval, shown: Interval) -> Self {
        Self {
            origin: extent.start,
            shown,
        }
    }

    /// Returns the position of a time: 0 at the left edge, 1 at the right edge, and below or above
    /// outside of the axis.
    pub(crate) fn fraction(&self, nanos: u64) -> f64 {
        let width = self.shown.duration().max(1) as f64;
        let start = self.shown.start;
        let distance = nanos.abs_diff(start) as f64 / width;
        if nanos < start { -distance } else { distance }
    }

    /// Returns about `max` ticks at round times from the origin. The step between them is 1, 2 or 5
    /// times a power of ten nanoseconds, or divides a minute, an hour or a day.
    pub(crate) fn ticks(&self, max: u64) -> Vec<Tick> {
        let step = step(self.shown.duration(), max);
        // A part may start before the origin, where there are no ticks.
        let from = self.shown.start.saturating_sub(self.origin);
        let from = from.div_ceil(step).checked_mul(step);
        let to = self.shown.end.saturating_sub(self.origin);
        let offsets = std::iter::successors(from, |offset| offset.checked_add(step));
        let tick = |offset| Tick {
            offset,
            fraction: self.fraction(self.origin.saturating_add(offset)),
            label: format::tick(offset, step),
        };
        offsets
            .take_while(|&offset| offset <= to)
            .map(tick)
            .collect()
    }
}

/// Steps between ticks from 15 seconds to two days.
const LONG_STEPS_SECONDS: [u64; 16] = [
    15, 20, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400,
    172_800,
];

const SECOND: u64 = 1_000_000_000;

fn step(duration: u64, max_ticks: u64) -> u64 {
    let min = (duration / max_ticks.max(1)).max(1);
    let power = 10_u64.pow(min.ilog10());
    let short = [1, 2, 5, 10].map(|factor| factor * power);
    let short = short.into_iter().filter(|&step| step <= 10 * SECOND);
    let long = LONG_STEPS_SECONDS.map(|seconds| seconds * SECOND);
    // Beyond that, four days times a power of two.
    let days = std::iter::successors(Some(345_600 * SECOND), |step: &u64| step.checked_mul(2));
    let mut candidates = short.chain(long).chain(days);
    candidates.find(|&step| step > min).unwrap_or(min)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_at_round_times() {
        let check = |start: u64, end: u64, labels: &[&str]| {
            let axis = Axis {
                origin: 1_000,
                shown: Interval::new(1_000 + start, 1_000 + end),
            };
            let ticks = axis.ticks(6);
            let found: Vec<_> = ticks.iter().map(|tick| tick.label.as_str()).collect();
            assert_eq!(found, labels);
        };
        check(
            0,
            51_200_000,
            &["0 ms", "10 ms", "20 ms", "30 ms", "40 ms", "50 ms"],
        );
        check(
            0,
            412_000_000,
            &["0 ms", "100 ms", "200 ms", "300 ms", "400 ms"],
        );
        check(
            7_000_000,
            9_100_000,
            &["7 ms", "7.5 ms", "8 ms", "8.5 ms", "9 ms"],
        );
        check(0, 0, &["0 ms"]);
        check(0, 180_040_000_000, &["0 ms", "1 min", "2 min", "3 min"]);
        check(
            60_000_000_000,
            130_000_000_000,
            &["1 min", "1 min 15 s", "1 min 30 s", "1 min 45 s", "2 min"],
        );
        check(
            1_240_000_000,
            1_246_000_000,
            &["1.24 s", "1.242 s", "1.244 s", "1.246 s"],
        );
    }

    #[test]
    fn every_duration_has_between_one_and_seven_ticks() {
        for exponent in 0..64 {
            let shown = Interval::new(0, 1 << exponent);
            let axis = Axis { origin: 0, shown };
            let ticks = axis.ticks(6);
            assert!((1..=7).contains(&ticks.len()), "{exponent}: {ticks:?}");
        }
        assert!(!Axis::whole(Interval::new(0, u64::MAX)).ticks(6).is_empty());
    }

    #[test]
    fn times_outside_of_the_axis_have_fractions() {
        let axis = Axis::part(Interval::new(100, 300), Interval::new(150, 250));
        assert_eq!(
            [100, 150, 200, 300].map(|t| axis.fraction(t)),
            [-0.5, 0.0, 0.5, 1.5]
        );
    }
}
