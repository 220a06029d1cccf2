//! The marks of a span's events on its bar. Events that are close together share a mark.

use trace_model::{Event, Node};

use super::axis::Axis;

/// A mark for one or more events.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Mark {
    /// The position on the axis, from 0 to 1.
    pub(crate) left: f64,
    /// The index of its first event.
    pub(crate) event: usize,
    /// The number of its events.
    pub(crate) count: usize,
    pub(crate) has_exception: bool,
}

/// The maximum number of marks for a span.
const MAX_MARKS: usize = 100;

/// Returns the marks of a span within the axis, from left to right. `width` is the width of a mark
/// as a fraction of the axis.
pub(crate) fn marks(node: &Node, axis: &Axis, width: f64) -> Vec<Mark> {
    let cells = (1.0 / width.max(1e-9)).clamp(1.0, MAX_MARKS as f64);
    let mut marks: Vec<Option<Mark>> = vec![None; cells as usize + 1];
    for (event, occurred) in node.span.events.iter().enumerate() {
        let left = axis.fraction(time(node, occurred));
        if !(0.0..=1.0).contains(&left) {
            continue;
        }
        let exception = is_exception(occurred);
        // A position on the axis always has a cell.
        let Some(cell) = marks.get_mut((left * cells) as usize) else {
            continue;
        };
        match cell {
            Some(mark) => {
                mark.count += 1;
                mark.has_exception |= exception;
            }
            None => {
                *cell = Some(Mark {
                    left,
                    event,
                    count: 1,
                    has_exception: exception,
                });
            }
        }
    }
    marks.into_iter().flatten().collect()
}

pub(crate) fn is_exception(event: &Event) -> bool {
    event.name == "exception"
}

/// Returns the time of the event on the trace's axis.
const fn time(node: &Node, event: &Event) -> u64 {
    event
        .time_unix_nano
        .saturating_add_signed(node.clock_shift_nano)
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
        assert_eq!((all[0].event, all[0].has_exception), (0, true));
        assert!(!all[1].has_exception);
        let part = Axis::part(Interval::new(0, 10_000), Interval::new(0, 10));
        let few = marks(node, &part, 0.02);
        assert_eq!(few.len(), 6);
        assert!(marks(node, &whole, 0.0).len() <= MAX_MARKS + 1);
    }
}
