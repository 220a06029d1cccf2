//! The whole trace in a stripe; drag over it to zoom, double click for all of it.

use std::fmt::Write;

use trace_model::{Lane, Trace};
use web_sys::Element;
use yew::prelude::*;

use crate::{layout::axis::Axis, shared::Shared};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct MiniMapProps {
    pub(crate) trace: Shared<Trace>,
    pub(crate) axis: Axis,
    /// Two fractions of the trace, or none for all of it.
    pub(crate) on_zoom: Callback<Option<(f64, f64)>>,
}

/// From so many spans on their lines are drawn thinner.
const MANY: usize = 40;

/// The drawing has no more lines than this: the map is not as high as a trace is long.
const MAX_LINES: usize = 400;

/// The drawing's width, and the least length of a line in it.
const COLUMNS: f64 = 1_000.0;
const MIN_LENGTH: f64 = 1.5;

/// Less than this is a click, not a drag.
const LEAST_DRAG: f64 = 0.005;

#[component]
pub(crate) fn MiniMap(props: &MiniMapProps) -> Html {
    let map = use_node_ref();
    let drag = use_drag(&map, &props.on_zoom);
    let shown = shown(props);
    let on_whole = || props.on_zoom.reform(|_: MouseEvent| None);
    html! {
        <div class="mini-map">
            <div key="map" class="map" ref={map} onpointerdown={drag.on_down} onpointermove={drag.on_move}
                onpointerup={drag.on_up} ondblclick={on_whole()} title="Drag to zoom">
                <Drawing trace={props.trace.clone()} />
                if let Some(range) = drag.range.or(shown) {
                    <i key="range" class="range" style={place(range)} />
                }
            </div>
            // Beside the map, not in it: the map holds on to the pointer.
            if shown.is_some() {
                <button key="all" class="button whole" onclick={on_whole()}>{ "Whole trace" }</button>
            }
        </div>
    }
}

/// The part that the waterfall shows, unless it is everything.
fn shown(props: &MiniMapProps) -> Option<(f64, f64)> {
    let extent = props.trace.extent();
    let (whole, part) = (Axis::whole(extent), props.axis.shown);
    (part != extent).then(|| (whole.fraction(part.start), whole.fraction(part.end)))
}

fn place((from, to): (f64, f64)) -> String {
    let (left, width) = (from.min(to) * 100.0, (from - to).abs() * 100.0);
    format!("left:{left:.3}%;width:{width:.3}%")
}

struct Drag {
    /// Where it began and where it is, while it lasts.
    range: Option<(f64, f64)>,
    on_down: Callback<PointerEvent>,
    on_move: Callback<PointerEvent>,
    on_up: Callback<PointerEvent>,
}

#[hook]
fn use_drag(map: &NodeRef, on_zoom: &Callback<Option<(f64, f64)>>) -> Drag {
    let range = use_state_eq(|| None::<(f64, f64)>);
    let current = *range;
    let (map, on_zoom) = (map.clone(), on_zoom.clone());
    let on_down = {
        let (range, map) = (range.clone(), map.clone());
        move |event: PointerEvent| {
            capture(&map, &event);
            let at = fraction(&map, &event);
            range.set(Some((at, at)));
        }
    };
    let on_move = {
        let range = range.clone();
        move |event: PointerEvent| {
            if let Some((from, _)) = current {
                range.set(Some((from, fraction(&map, &event))));
            }
        }
    };
    let on_up = move |_: PointerEvent| {
        if let Some((from, to)) = current.filter(|(from, to)| (from - to).abs() > LEAST_DRAG) {
            on_zoom.emit(Some((from, to)));
        }
        range.set(None);
    };
    Drag {
        range: current,
        on_down: on_down.into(),
        on_move: on_move.into(),
        on_up: on_up.into(),
    }
}

/// The drag goes on when the pointer leaves the map.
fn capture(map: &NodeRef, event: &PointerEvent) {
    if let Some(map) = map.cast::<Element>() {
        // Without capture the drag ends at the edge, which is no harm.
        let _ = map.set_pointer_capture(event.pointer_id());
    }
}

fn fraction(map: &NodeRef, event: &PointerEvent) -> f64 {
    let Some(map) = map.cast::<Element>() else {
        return 0.0;
    };
    let edges = map.get_bounding_client_rect();
    ((f64::from(event.client_x()) - edges.left()) / edges.width().max(1.0)).clamp(0.0, 1.0)
}

#[derive(Clone, PartialEq, Properties)]
struct DrawingProps {
    trace: Shared<Trace>,
}

/// Three paths, however many spans: drawn once for a trace.
#[component]
fn Drawing(props: &DrawingProps) -> Html {
    let trace = &props.trace;
    let lanes = [
        (Lane::Browser, "lane-browser"),
        (Lane::Backend, "lane-backend"),
        (Lane::Database, "lane-database"),
    ];
    let count = trace.nodes().len();
    let view_box = format!("0 0 {COLUMNS} {}", count.clamp(1, MAX_LINES));
    html! {
        <svg class={classes!((count > MANY).then_some("many"))} viewBox={view_box} preserveAspectRatio="none" aria-hidden="true">
            for (lane, class) in lanes {
                <path key={class} {class} d={lines(trace, lane)} />
            }
        </svg>
    }
}

/// The path of a lane's spans, each a line; of many spans several share a line.
fn lines(trace: &Trace, lane: Lane) -> String {
    let axis = Axis::whole(trace.extent());
    let count = trace.nodes().len();
    let nodes = trace.nodes().iter().enumerate();
    let nodes = nodes.filter(|(_, node)| node.lane == lane);
    let mut path = String::new();
    let mut line = (0, Vec::new());
    for (index, node) in nodes {
        let number = index * MAX_LINES.min(count) / count;
        if number != line.0 {
            draw(&mut path, &mut line);
            line.0 = number;
        }
        let interval = node.interval();
        let left = axis.fraction(interval.start) * COLUMNS;
        let right = (axis.fraction(interval.end) * COLUMNS).max(left + MIN_LENGTH);
        line.1.push((left, right));
    }
    draw(&mut path, &mut line);
    path
}

/// Writes a line's segments, those that touch each other as one, and takes them out.
fn draw(path: &mut String, (number, segments): &mut (usize, Vec<(f64, f64)>)) {
    segments.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut segments = segments.drain(..);
    let Some(mut current) = segments.next() else {
        return;
    };
    let mut write = |(left, right): (f64, f64)| {
        // Writing to a string cannot fail.
        let _ = write!(path, "M{left:.1} {number}.5H{right:.1}");
    };
    for next in segments {
        if next.0 <= current.1 {
            current.1 = current.1.max(next.1);
        } else {
            write(current);
            current = next;
        }
    }
    write(current);
}

#[cfg(test)]
mod tests {
    use trace_model::Span;

    use super::*;

    fn trace(count: u64) -> Trace {
        let trace_id = "00000000000000000000000000000001".parse().unwrap();
        let span = |number: u64| {
            let id = format!("{number:016x}").parse().unwrap();
            let mut span = Span::new(trace_id, id, "x");
            (span.start_unix_nano, span.end_unix_nano) = (number * 10, number * 10 + 5);
            span
        };
        Trace::from_spans(trace_id, (1..=count).map(span).collect())
    }

    #[test]
    fn few_spans_have_a_line_each() {
        assert_eq!(
            lines(&trace(2), Lane::Backend),
            "M0.0 0.5H333.3M666.7 1.5H1000.0"
        );
        assert_eq!(lines(&trace(2), Lane::Browser), "");
    }

    #[test]
    fn many_spans_share_lines() {
        let path = lines(&trace(50_000), Lane::Backend);
        assert!(path.len() < 20_000, "{}", path.len());
        assert_eq!(path.matches('M').count(), MAX_LINES);
    }
}
