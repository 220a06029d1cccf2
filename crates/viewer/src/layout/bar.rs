//! A span's bar on the axis: its edges, its hatched parts, and the position of its label.

use trace_model::{Lane, Node, RequestPhases, Trace, Value};

use super::axis::Axis;

/// A span's bar. Its edges are fractions of the axis, those of its segments fractions of the bar.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bar {
    pub(crate) left: f64,
    pub(crate) width: f64,
    pub(crate) segments: Vec<Segment>,
    pub(crate) label: LabelPosition,
}

/// A hatched part of a bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Segment {
    pub(crate) left: f64,
    pub(crate) width: f64,
    pub(crate) hatch: Hatch,
}

/// The meaning of a hatched part of a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Hatch {
    /// On the network, to or from the server.
    Network,
    /// On the network or waiting for something else: the request has no timings.
    NetworkAndWaiting,
    /// The response had arrived, but the page was busy.
    MainThread,
    /// A frame took 50 ms or more, and the page could not react meanwhile.
    LongFrame,
}

/// Milliseconds of the longest frame, and until its start from the start of the span.
const FRAME_DURATION: &str = "browser.long_animation_frame.duration";
const FRAME_START: &str = "browser.long_animation_frame.start_offset";

impl Hatch {
    const COUNT: usize = 4;

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Network => "Network",
            Self::NetworkAndWaiting => "Network and waiting",
            Self::MainThread => "Main thread",
            Self::LongFrame => "Long frame",
        }
    }

    /// Describes the hatch in a tooltip.
    pub(crate) const fn description(self) -> &'static str {
        match self {
            Self::Network => "On the network, to or from the server",
            Self::NetworkAndWaiting => {
                "On the network, or waiting: the browser reported no timings of this request"
            }
            Self::MainThread => "The response had arrived, but the page's main thread was busy",
            Self::LongFrame => {
                "The browser needed 50 ms or more for a frame: the page could not react meanwhile"
            }
        }
    }

    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Network => "hatch hatch-network",
            Self::NetworkAndWaiting => "hatch hatch-waiting",
            Self::MainThread => "hatch hatch-main-thread",
            Self::LongFrame => "hatch hatch-long-frame",
        }
    }
}

/// Returns the hatches in the bars of a trace, in the order of the legend.
pub(crate) fn hatches(trace: &Trace) -> Vec<Hatch> {
    let mut all: Vec<Hatch> = Vec::new();
    for index in 0..trace.nodes().len() {
        for (_, hatch) in hatched_ranges(trace, index) {
            if !all.contains(&hatch) {
                all.push(hatch);
            }
        }
        if all.len() == Hatch::COUNT {
            break;
        }
    }
    all.sort_unstable();
    all
}

type Nanos = std::ops::Range<u64>;

/// Returns the hatched parts of a span's bar, in nanoseconds after the start of the span.
fn hatched_ranges(trace: &Trace, index: usize) -> Vec<(Nanos, Hatch)> {
    let phases = trace.request_phases(index);
    let phases = phases.into_iter().flat_map(request_ranges);
    let frame = long_frame(&trace.nodes()[index]).map(|range| (range, Hatch::LongFrame));
    phases
        .chain(frame)
        .filter(|(range, _)| !range.is_empty())
        .collect()
}

/// Returns the longest of the frames that delayed an action, as far as it is in the span.
fn long_frame(node: &Node) -> Option<Nanos> {
    if node.lane != Lane::Browser {
        return None;
    }
    let nanos = |key| {
        let ms = node.span.attributes.get(key).and_then(Value::as_double)?;
        Some(ms * 1e6)
    };
    let start = nanos(FRAME_START)?;
    let end = start + nanos(FRAME_DURATION)?;
    let whole = node.interval().duration() as f64;
    // A NaN becomes 0.
    Some(start.clamp(0.0, whole) as u64..end.clamp(0.0, whole) as u64)
}

fn request_ranges(phases: RequestPhases) -> [(Nanos, Hatch); 3] {
    let network = if phases.is_timed {
        Hatch::Network
    } else {
        Hatch::NetworkAndWaiting
    };
    [
        (phases.network_before, network),
        (phases.network_after, network),
        (phases.page_after, Hatch::MainThread),
    ]
}

/// The position of the duration relative to the bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LabelPosition {
    Right,
    Left,
    Inside,
    /// The bar is outside of the axis.
    Hidden,
}

impl Bar {
    /// `label_width` is a fraction of the axis.
    pub(crate) fn of(trace: &Trace, index: usize, axis: &Axis, label_width: f64) -> Self {
        let interval = trace.nodes()[index].interval();
        let (left, right) = (axis.fraction(interval.start), axis.fraction(interval.end));
        let whole = interval.duration().max(1) as f64;
        let segment = |(range, hatch): (Nanos, Hatch)| Segment {
            left: range.start as f64 / whole,
            width: (range.end - range.start) as f64 / whole,
            hatch,
        };
        Self {
            left,
            width: right - left,
            segments: hatched_ranges(trace, index)
                .into_iter()
                .map(segment)
                .collect(),
            label: LabelPosition::beside(left, right, label_width),
        }
    }
}

impl LabelPosition {
    pub(crate) fn beside(left: f64, right: f64, width: f64) -> Self {
        if right < 0.0 || left > 1.0 {
            return Self::Hidden;
        }
        let (left, right) = (left.max(0.0), right.min(1.0));
        if right + width <= 1.0 {
            Self::Right
        } else if right - left >= width {
            Self::Inside
        } else {
            Self::Left
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use trace_model::{Attribute, Interval, Resource, Span, SpanKind, Value};

    use super::*;

    /// A request of a page that takes 500 ns.
    fn request(response_end_ms: Option<f64>) -> Trace {
        let trace_id = "00000000000000000000000000000001".parse().unwrap();
        let mut span = Span::new(trace_id, "0000000000000001".parse().unwrap(), "GET");
        span.kind = SpanKind::Client;
        (span.start_unix_nano, span.end_unix_nano) = (100, 600);
        span.resource = Arc::new(Resource {
            attributes: [Attribute::new("browser.platform", "Linux")]
                .into_iter()
                .collect(),
        });
        span.attributes = response_end_ms
            .map(|ms| Attribute {
                key: "browser.resource_timing.response_end_offset".to_owned(),
                value: Value::Double(ms),
            })
            .into_iter()
            .collect();
        Trace::from_spans(trace_id, vec![span])
    }

    #[test]
    fn time_after_the_response_has_the_main_thread_hatch() {
        let axis = Axis::whole(Interval::new(100, 600));
        let segment = |left, width, hatch| Segment { left, width, hatch };
        let bar = |trace: &Trace| Bar::of(trace, 0, &axis, 0.1).segments;
        let timed = request(Some(0.000_1));
        assert_eq!(
            bar(&timed),
            [
                segment(0.0, 0.2, Hatch::Network),
                segment(0.2, 0.8, Hatch::MainThread)
            ]
        );
        assert_eq!(hatches(&timed), [Hatch::Network, Hatch::MainThread]);
        let untimed = request(None);
        assert_eq!(bar(&untimed), [segment(0.0, 1.0, Hatch::NetworkAndWaiting)]);
    }

    #[test]
    fn a_long_frame_is_hatched_as_far_as_it_is_in_the_span() {
        let axis = Axis::whole(Interval::new(100, 600));
        let ranges = |start_ms: f64, duration_ms: f64| {
            let mut span = request(None).nodes()[0].span.clone();
            span.kind = SpanKind::Internal;
            let frame = |key: &str, ms| Attribute {
                key: key.to_owned(),
                value: Value::Double(ms),
            };
            span.attributes = [
                frame(FRAME_START, start_ms),
                frame(FRAME_DURATION, duration_ms),
            ]
            .into_iter()
            .collect();
            let trace = Trace::from_spans(span.trace_id, vec![span]);
            let segments = Bar::of(&trace, 0, &axis, 0.1).segments;
            let segments = segments.iter().map(|part| (part.left, part.width));
            segments.collect::<Vec<_>>()
        };
        assert_eq!(ranges(0.000_1, 0.000_2), [(0.2, 0.4)]);
        assert_eq!(ranges(-0.000_1, 0.000_2), [(0.0, 0.2)]);
        assert_eq!(ranges(0.000_4, 9e9), [(0.8, 0.2)]);
        assert_eq!(ranges(-0.000_2, 0.000_2), []);
        assert_eq!(ranges(f64::NAN, f64::INFINITY), [(0.0, 0.0); 0]);
    }

    #[test]
    fn a_label_is_where_it_fits() {
        assert_eq!(LabelPosition::beside(0.0, 0.5, 0.13), LabelPosition::Right);
        assert_eq!(LabelPosition::beside(0.0, 1.0, 0.13), LabelPosition::Inside);
        assert_eq!(LabelPosition::beside(0.95, 1.0, 0.13), LabelPosition::Left);
        assert_eq!(
            LabelPosition::beside(-3.0, 5.0, 0.13),
            LabelPosition::Inside
        );
        assert_eq!(LabelPosition::beside(1.2, 1.4, 0.13), LabelPosition::Hidden);
        assert_eq!(LabelPosition::beside(0.85, 1.0, 0.2), LabelPosition::Left);
    }
}
