//! The marks of a span's events and log records on its bar. Those that are close together share a mark.

use trace_model::{Event, LogSeverity, Node};

use super::{axis::Axis, log_rows::TraceLogs};

/// A mark for one or more events, or log records.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Mark {
    /// The position on the axis, from 0 to 1.
    pub(crate) left: f64,
    /// The index of the first one.
    pub(crate) first: usize,
    /// The number of them.
    pub(crate) count: usize,
    /// One of them is an exception, or an error.
    pub(crate) has_error: bool,
}

/// The maximum number of marks for a span.
const MAX_MARKS: usize = 100;

/// Returns the marks of a span within the axis, from left to right. `width` is the width of a mark
/// as a fraction of the axis.
pub(crate) fn marks(node: &Node, axis: &Axis, width: f64) -> Vec<Mark> {
    let events = node.span.events.iter().enumerate();
    let points = events.map(|(index, event)| Point {
        index,
        time: aligned(node, event.time_unix_nano),
        is_error: is_exception(event),
    });
    marks_of(points, axis, width)
}

/// Returns the marks of the log records of a span. Their index is among the records of the trace.
pub(crate) fn log_marks(node: &Node, logs: &TraceLogs, axis: &Axis, width: f64) -> Vec<Mark> {
    let indices = logs.of_span(node.span.span_id).iter();
    let points = indices.map(|index| {
        let log = &logs.logs[*index];
        Point {
            index: *index,
            time: aligned(node, log.unix_nano()),
            is_error: log.severity() >= LogSeverity::Error,
        }
    });
    marks_of(points, axis, width)
}

/// An event or a log record.
struct Point {
    index: usize,
    /// On the trace's axis.
    time: u64,
    is_error: bool,
}

fn marks_of(points: impl Iterator<Item = Point>, axis: &Axis, width: f64) -> Vec<Mark> {
    let cells = (1.0 / width.max(1e-9)).clamp(1.0, MAX_MARKS as f64);
    let mut marks: Vec<Option<Mark>> = vec![None; cells as usize + 1];
    for point in points {
        let left = axis.fraction(point.time);
        if !(0.0..=1.0).contains(&left) {
            continue;
        }
        // A position on the axis always has a cell.
        let Some(cell) = marks.get_mut((left * cells) as usize) else {
            continue;
        };
        match cell {
            Some(mark) => {
                mark.count += 1;
                mark.has_error |= point.is_error;
            }
            None => {
                *cell = Some(Mark {
                    left,
                    first: point.index,
                    count: 1,
                    has_error: point.is_error,
                });
            }
        }
    }
    marks.into_iter().flatten().collect()
}

pub(crate) fn is_exception(event: &Event) -> bool {
    event.name == "exception"
}

/// Returns a time of the span's clock on the trace's axis.
const fn aligned(node: &Node, time: u64) -> u64 {
    time.saturating_add_signed(node.clock_shift_nano)
}

#[cfg(test)]
mod tests {
    use trace_model::{Attributes, Interval, Span, Trace};

    use super::*;

    #[test]
    fn close_events_share_a_mark_and_events_outside_have_none() {
        let trace_id = "00000000000000000000000000000001".parse().unwrap();
        let mut span = Span::new(trace_id, "0000000000000001".parse().unwrap(), "busy");
        span.end_unix_nano = 10_000;
        span.events = (0..5_000)
            .map(|number| Event {
                time_unix_nano: number * 2,
                name: if number == 7 { "exception" } else { "tick" }.to_owned(),
                attributes: Attributes::default(),
            })
            .collect();
        let trace = Trace::from_spans(trace_id, vec![span]);
        let node = &trace.nodes()[0];
        let whole = Axis::whole(Interval::new(0, 10_000));
        let all = marks(node, &whole, 0.02);
        assert_eq!(all.len(), 50);
        assert_eq!(all.iter().map(|mark| mark.count).sum::<usize>(), 5_000);
        assert_eq!((all[0].first, all[0].has_error), (0, true));
        assert!(!all[1].has_error);
        let part = Axis::part(Interval::new(0, 10_000), Interval::new(0, 10));
        let few = marks(node, &part, 0.02);
        assert_eq!(few.len(), 6);
        assert!(marks(node, &whole, 0.0).len() <= MAX_MARKS + 1);
    }
}
