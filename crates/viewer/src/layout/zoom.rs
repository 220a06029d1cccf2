//! The part of the time axis that is shown, and moving it by keys.

use trace_model::{Interval, Trace};

use super::axis::Axis;

/// How much longer or shorter the shown part becomes with each key press.
const ZOOM_FACTOR: f64 = 2.0;

/// How far a key press moves the shown part, as a fraction of it.
const PAN_FRACTION: f64 = 0.25;

/// The shortest part that can be shown.
const MIN_SHOWN_NANO: u64 = 100;

/// A change of the shown part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ZoomStep {
    In,
    Out,
    Left,
    Right,
}

/// Returns the interval of a subtree, or of the whole trace.
pub(crate) fn extent(trace: &Trace, top: Option<usize>) -> Interval {
    let Some(top) = top else {
        return trace.extent();
    };
    let end = top + trace.nodes()[top].descendants;
    let intervals = trace.nodes()[top..=end].iter().map(|node| node.interval());
    let hull = intervals
        .filter(|own| trace.extent().contains(*own))
        .reduce(Interval::hull);
    hull.unwrap_or_else(|| trace.extent())
}

/// Returns the axis of a trace. `zoom` is in nanoseconds after the start of the trace; a part
/// outside of the trace shows all of it.
pub(crate) fn axis(trace: &Trace, extent: Interval, zoom: Option<(u64, u64)>) -> Axis {
    let whole = trace.extent();
    let at = |offset: u64| whole.start.saturating_add(offset).min(whole.end);
    let shown = zoom.map(|(from, to)| Interval::new(at(from), at(to)));
    match shown.filter(|shown| shown.duration() > 0) {
        Some(shown) => Axis::part(extent, shown),
        None => Axis::whole(extent),
    }
}

/// Converts two fractions of the trace, in either order, to a zoom.
pub(crate) fn of_fractions(trace: &Trace, (from, to): (f64, f64)) -> Option<(u64, u64)> {
    let duration = trace.extent().duration() as f64;
    let at = |fraction: f64| (duration * fraction.clamp(0.0, 1.0)) as u64;
    let zoom = (at(from.min(to)), at(from.max(to)));
    (zoom.0 < zoom.1).then_some(zoom)
}

/// Converts an interval of the trace to a zoom.
pub(crate) const fn of_interval(trace: &Trace, own: Interval) -> Option<(u64, u64)> {
    let start = trace.extent().start;
    let zoom = (
        own.start.saturating_sub(start),
        own.end.saturating_sub(start),
    );
    if zoom.0 < zoom.1 { Some(zoom) } else { None }
}

/// Returns the zoom after a step. `center` is the time that stays in place while zooming in, if it
/// is shown. `None` shows the whole trace.
pub(crate) fn step(
    trace: &Trace,
    shown: Interval,
    center: u64,
    step: ZoomStep,
) -> Option<(u64, u64)> {
    let whole = trace.extent();
    let length = shown.duration() as f64;
    let is_shown = (shown.start..=shown.end).contains(&center);
    let center = if is_shown {
        center
    } else {
        shown.start + shown.duration() / 2
    };
    let (length, shift) = match step {
        ZoomStep::In => (length / ZOOM_FACTOR, 0.0),
        ZoomStep::Out => (length * ZOOM_FACTOR, 0.0),
        ZoomStep::Left => (length, -length * PAN_FRACTION),
        ZoomStep::Right => (length, length * PAN_FRACTION),
    };
    let length = (length as u64).max(MIN_SHOWN_NANO);
    if length >= whole.duration() {
        return None;
    }
    // The center keeps its fraction of the axis.
    let fraction = (center - shown.start) as f64 / shown.duration().max(1) as f64;
    let before = (length as f64 * fraction) as u64;
    let start = center
        .saturating_sub(before)
        .saturating_add_signed(shift as i64);
    let start = start.clamp(whole.start, whole.end - length);
    of_interval(trace, Interval::new(start, start + length))
}

#[cfg(test)]
mod tests {
    use trace_model::Span;

    use super::*;

    fn trace() -> Trace {
        let trace_id = "00000000000000000000000000000001".parse().unwrap();
        let span = |number: u8, parent: Option<u8>, times: (u64, u64)| {
            let id = |number: u8| format!("{number:016x}").parse().unwrap();
            let mut span = Span::new(trace_id, id(number), "x");
            span.parent_span_id = parent.map(id);
            (span.start_unix_nano, span.end_unix_nano) = times;
            span
        };
        let spans = vec![
            span(1, None, (1_000, 9_000)),
            span(2, Some(1), (2_000, 4_000)),
            span(3, Some(2), (3_000, 5_000)),
        ];
        Trace::from_spans(trace_id, spans)
    }

    #[test]
    fn a_subtree_has_its_own_extent_and_origin() {
        let trace = trace();
        assert_eq!(extent(&trace, None), Interval::new(1_000, 9_000));
        let subtree = extent(&trace, Some(1));
        assert_eq!(subtree, Interval::new(2_000, 5_000));
        assert_eq!(axis(&trace, subtree, None), Axis::whole(subtree));
    }

    #[test]
    fn a_zoom_is_relative_to_the_start_of_the_trace() {
        let trace = trace();
        let shown = axis(&trace, trace.extent(), Some((1_000, 3_000))).shown;
        assert_eq!(shown, Interval::new(2_000, 4_000));
        let outside = axis(&trace, trace.extent(), Some((90_000, 95_000))).shown;
        assert_eq!(outside, trace.extent());
        assert_eq!(of_fractions(&trace, (0.75, 0.25)), Some((2_000, 6_000)));
        assert_eq!(of_fractions(&trace, (0.5, 0.5)), None);
    }

    #[test]
    fn steps_keep_the_center_and_stay_inside_of_the_trace() {
        let trace = trace();
        let whole = trace.extent();
        assert_eq!(
            step(&trace, whole, 3_000, ZoomStep::In),
            Some((1_000, 5_000))
        );
        assert_eq!(step(&trace, whole, 3_000, ZoomStep::Out), None);
        let part = Interval::new(2_000, 4_000);
        assert_eq!(step(&trace, part, 3_000, ZoomStep::Out), Some((0, 4_000)));
        assert_eq!(step(&trace, part, 0, ZoomStep::Right), Some((1_500, 3_500)));
        assert_eq!(step(&trace, part, 0, ZoomStep::Left), Some((500, 2_500)));
        let end = Interval::new(8_000, 9_000);
        assert_eq!(step(&trace, end, 0, ZoomStep::Right), Some((7_000, 8_000)));
        let tiny = Interval::new(3_000, 3_100);
        assert_eq!(
            step(&trace, tiny, 3_000, ZoomStep::In),
            Some((2_000, 2_100))
        );
    }
}
