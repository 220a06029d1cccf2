//! Several spans on one bar, as the path of an SVG.

use std::fmt::Write;

use trace_model::Interval;

use super::{axis::Axis, path_line::LINE_WIDTH};

/// The minimum length of a visible part.
const MIN_LENGTH: f64 = 1.5;

/// Returns a line for each interval. Those that overlap or touch share one, so that thousands of
/// intervals have a bounded number.
pub(crate) fn lines(intervals: impl Iterator<Item = Interval>, axis: &Axis) -> String {
    let position = |nanos| (axis.fraction(nanos) * LINE_WIDTH).clamp(0.0, LINE_WIDTH);
    let visible = intervals
        .filter(|own| axis.fraction(own.end) >= 0.0 && axis.fraction(own.start) <= 1.0)
        .map(|own| {
            let left = position(own.start);
            (left, position(own.end).max(left + MIN_LENGTH))
        });
    let mut segments: Vec<(f64, f64)> = visible.collect();
    segments.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut merged: Vec<(f64, f64)> = Vec::new();
    for (left, right) in segments {
        match merged.last_mut() {
            Some(last) if left <= last.1 => last.1 = last.1.max(right),
            _ => merged.push((left, right)),
        }
    }
    let mut path = String::new();
    for (left, right) in merged {
        // Writing to a string never fails.
        let _ = write!(path, "M{left:.1} .5H{right:.1}");
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_spans_share_a_line() {
        let axis = Axis::whole(Interval::new(0, 10_000));
        let intervals = [(6_000, 7_000), (0, 1_000), (500, 2_000)];
        let intervals = intervals.map(|(start, end)| Interval::new(start, end));
        assert_eq!(
            lines(intervals.into_iter(), &axis),
            "M0.0 .5H200.0M600.0 .5H700.0"
        );
        let many = (0..100_000).map(|n| Interval::new(n, n));
        assert!(lines(many, &Axis::whole(Interval::new(0, 100_000))).len() < 20_000);
    }
}
