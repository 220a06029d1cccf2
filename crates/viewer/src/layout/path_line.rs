//! The line of the critical path below a span's bar, as the path of an SVG.

use std::fmt::Write;

use trace_model::PathPiece;

use super::axis::Axis;

/// The width of the axis in the units of the SVG.
pub(crate) const LINE_WIDTH: f64 = 1_000.0;

/// Smaller gaps are invisible, and are not drawn: a span may have thousands of pieces.
const MIN_GAP: f64 = 0.5;

/// The minimum length of a visible part.
const MIN_LENGTH: f64 = 1.5;

/// Returns the lines of a span's pieces, which are in the order of time. Empty if none is visible.
pub(crate) fn line(pieces: &[PathPiece], axis: &Axis) -> String {
    let mut line = String::new();
    let mut current: Option<(f64, f64)> = None;
    let mut write = |(left, right): (f64, f64)| {
        let right = right.max(left + MIN_LENGTH);
        // Writing to a string never fails.
        let _ = write!(line, "M{left:.1} .5H{right:.1}");
    };
    for piece in pieces {
        let position = |nanos| (axis.fraction(nanos) * LINE_WIDTH).clamp(0.0, LINE_WIDTH);
        let is_outside =
            axis.fraction(piece.interval.end) < 0.0 || axis.fraction(piece.interval.start) > 1.0;
        if is_outside {
            continue;
        }
        let (left, right) = (position(piece.interval.start), position(piece.interval.end));
        match &mut current {
            Some(open) if left - open.1 < MIN_GAP => open.1 = right,
            open => {
                if let Some(finished) = open.replace((left, right)) {
                    write(finished);
                }
            }
        }
    }
    if let Some(finished) = current {
        write(finished);
    }
    line
}

#[cfg(test)]
mod tests {
    use trace_model::Interval;

    use super::*;

    fn pieces(intervals: &[(u64, u64)]) -> Vec<PathPiece> {
        let piece = |&(start, end): &(u64, u64)| PathPiece {
            node: 0,
            interval: Interval::new(start, end),
        };
        intervals.iter().map(piece).collect()
    }

    #[test]
    fn each_piece_has_a_line_unless_the_gap_is_invisible() {
        let axis = Axis::whole(Interval::new(0, 10_000));
        let check = |intervals: &[(u64, u64)], expected: &str| {
            assert_eq!(line(&pieces(intervals), &axis), expected);
        };
        check(&[], "");
        check(
            &[(0, 1_000), (5_000, 10_000)],
            "M0.0 .5H100.0M500.0 .5H1000.0",
        );
        check(&[(0, 1_000), (1_001, 2_000)], "M0.0 .5H200.0");
        check(&[(5_000, 5_001)], "M500.0 .5H501.5");
    }

    #[test]
    fn pieces_outside_of_the_axis_are_not_drawn() {
        let axis = Axis::part(Interval::new(0, 10_000), Interval::new(5_000, 10_000));
        let line = line(&pieces(&[(0, 1_000), (4_000, 6_000)]), &axis);
        assert_eq!(line, "M0.0 .5H200.0");
    }

    #[test]
    fn a_span_of_many_pieces_has_a_bounded_line() {
        let axis = Axis::whole(Interval::new(0, 1_000_000));
        let many: Vec<_> = (0..100_000).map(|n| (n * 10, n * 10 + 5)).collect();
        assert_eq!(line(&pieces(&many), &axis), "M0.0 .5H1000.0");
        let sparse: Vec<_> = (0..100_000).map(|n| (n * 600, n * 600 + 5)).collect();
        assert!(line(&pieces(&sparse), &axis).len() < 60_000);
    }
}
