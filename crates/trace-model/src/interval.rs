//! Stretches of time, and how much of it they cover together.

/// From `start` to `end`, both nanoseconds since the Unix epoch; never backwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval {
    pub start: u64,
    pub end: u64,
}

impl Interval {
    /// An end before the start is taken for the start.
    #[must_use]
    pub const fn new(start: u64, end: u64) -> Self {
        let end = if end < start { start } else { end };
        Self { start, end }
    }

    #[must_use]
    pub const fn duration(self) -> u64 {
        self.end - self.start
    }

    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The part of this interval inside `other`; empty at its edge where they do not meet.
    #[must_use]
    pub fn clip(self, other: Self) -> Self {
        let start = self.start.clamp(other.start, other.end);
        Self::new(start, self.end.min(other.end))
    }

    /// The smallest interval around both.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.end.max(other.end))
    }

    #[must_use]
    pub const fn shifted(self, nanos: i64) -> Self {
        let start = self.start.saturating_add_signed(nanos);
        Self::new(start, self.end.saturating_add_signed(nanos))
    }
}

/// Nanoseconds inside `window` that at least one of the intervals covers.
pub(crate) fn covered(window: Interval, intervals: impl Iterator<Item = Interval>) -> u64 {
    let mut clipped: Vec<_> = intervals.map(|interval| interval.clip(window)).collect();
    clipped.sort_unstable();
    let mut total = 0;
    let mut reached = window.start;
    for interval in clipped {
        total += interval.end.saturating_sub(interval.start.max(reached));
        reached = reached.max(interval.end);
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlaps_count_once_and_outsides_not_at_all() {
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
