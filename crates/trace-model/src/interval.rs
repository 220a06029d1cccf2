//! Time intervals, and how much time several of them cover.

/// An interval from `start` to `end`, in nanoseconds since the Unix epoch. `end` is never before
/// `start` if the interval was made with [`Interval::new`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval {
    pub start: u64,
    pub end: u64,
}

impl Interval {
    /// Creates an interval. An `end` before `start` becomes `start`.
    #[must_use]
    pub const fn new(start: u64, end: u64) -> Self {
        let end = if end < start { start } else { end };
        Self { start, end }
    }

    /// Returns the length in nanoseconds.
    #[must_use]
    pub const fn duration(self) -> u64 {
        self.end - self.start
    }

    /// Returns whether `other` lies within this interval.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Returns the part of this interval inside `other`. If they do not overlap, the result is an
    /// empty interval at the nearer edge of `other`.
    #[must_use]
    pub fn clip(self, other: Self) -> Self {
        let start = self.start.clamp(other.start, other.end);
        Self::new(start, self.end.min(other.end))
    }

    /// Returns the smallest interval that contains both.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.end.max(other.end))
    }

    /// Returns the interval moved by `nanos`.
    #[must_use]
    pub const fn shifted(self, nanos: i64) -> Self {
        let start = self.start.saturating_add_signed(nanos);
        Self::new(start, self.end.saturating_add_signed(nanos))
    }
}

/// Returns the nanoseconds of `window` that at least one of the intervals covers.
pub(crate) fn covered(window: Interval, intervals: impl Iterator<Item = Interval>) -> u64 {
    let mut clipped: Vec<_> = intervals.map(|interval| interval.clip(window)).collect();
    clipped.sort_unstable();
    let mut total = 0;
    let mut covered_until = window.start;
    for interval in clipped {
        total += interval
            .end
            .saturating_sub(interval.start.max(covered_until));
        covered_until = covered_until.max(interval.end);
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlaps_count_once_and_time_outside_the_window_not_at_all() {
        let check = |spans: &[(u64, u64)], expected| {
            let intervals = spans.iter().map(|&(start, end)| Interval::new(start, end));
            assert_eq!(
                covered(Interval::new(10, 20), intervals),
                expected,
                "{spans:?}"
            );
        };
        check(&[], 0);
        check(&[(0, 5), (25, 30)], 0);
        check(&[(0, 12), (18, 30)], 4);
        check(&[(11, 15), (12, 14), (13, 16)], 5);
        check(&[(15, 15)], 0);
        check(&[(14, 11)], 0);
        check(&[(0, 100), (0, 100)], 10);
    }
}
