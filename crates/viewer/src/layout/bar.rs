//! A span's bar on the axis: its edges, the network gaps inside it, where its label fits.

use trace_model::{Lane, Node, SpanKind, Trace};

use super::axis::Axis;

/// All lengths are fractions: of the axis for the bar, of the bar for what is inside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bar {
    pub(crate) left: f64,
    pub(crate) width: f64,
    pub(crate) gap_before: f64,
    pub(crate) gap_after: f64,
    pub(crate) label: LabelPlace,
}

/// The duration stands where there is room for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LabelPlace {
    Right,
    Left,
    Inside,
    /// The bar itself is outside of what is shown.
    Nowhere,
}

impl Bar {
    /// `label_room` is what a label needs, as a fraction of the axis.
    pub(crate) fn of(trace: &Trace, index: usize, axis: &Axis, label_room: f64) -> Self {
        let interval = trace.nodes()[index].interval();
        let (left, right) = (axis.fraction(interval.start), axis.fraction(interval.end));
        let share = |nanos: u64| nanos as f64 / interval.duration().max(1) as f64;
        let gap = trace.network_gap(index);
        Self {
            left,
            width: right - left,
            gap_before: gap.map_or(unanswered(&trace.nodes()[index]), |gap| {
                share(gap.before_nano)
            }),
            gap_after: gap.map_or(0.0, |gap| share(gap.after_nano)),
            label: LabelPlace::beside(left, right, label_room),
        }
    }
}

/// A page's request without a server's span in the trace is network as far as anyone knows.
fn unanswered(node: &Node) -> f64 {
    let request = node.lane == Lane::Browser && node.span.kind == SpanKind::Client;
    if request { 1.0 } else { 0.0 }
}

impl LabelPlace {
    fn beside(left: f64, right: f64, room: f64) -> Self {
        if right < 0.0 || left > 1.0 {
            return Self::Nowhere;
        }
        let (left, right) = (left.max(0.0), right.min(1.0));
        if right + room <= 1.0 {
            Self::Right
        } else if right - left >= room {
            Self::Inside
        } else {
            Self::Left
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_stands_where_there_is_room() {
        assert_eq!(LabelPlace::beside(0.0, 0.5, 0.13), LabelPlace::Right);
        assert_eq!(LabelPlace::beside(0.0, 1.0, 0.13), LabelPlace::Inside);
        assert_eq!(LabelPlace::beside(0.95, 1.0, 0.13), LabelPlace::Left);
        assert_eq!(LabelPlace::beside(-3.0, 5.0, 0.13), LabelPlace::Inside);
        assert_eq!(LabelPlace::beside(1.2, 1.4, 0.13), LabelPlace::Nowhere);
        assert_eq!(LabelPlace::beside(0.85, 1.0, 0.2), LabelPlace::Left);
    }
}
