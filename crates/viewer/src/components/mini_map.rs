//! The mini-map: a small drawing of the whole trace. Dragging zooms, a double-click resets.

use std::fmt::Write;

use trace_model::{Lane, Trace};
use web_sys::Element;
use yew::prelude::*;

use crate::{layout::axis::Axis, shared::Shared};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct MiniMapProps {
    pub(crate) trace: Shared<Trace>,
    pub(crate) axis: Axis,
    /// Receives two fractions of the trace, or `None` for the whole trace.
    pub(crate) on_zoom: Callback<Option<(f64, f64)>>,
}

/// With more spans than this, lines are thinner.
const MAX_THICK_LINES: usize = 40;

/// The maximum number of lines. In longer traces, several spans share a line.
const MAX_LINES: usize = 400;

/// The width of the drawing, in its own units.
const DRAWING_WIDTH: f64 = 1_000.0;
/// The minimum length of a line, in the same units.
const MIN_LENGTH: f64 = 1.5;

/// A shorter drag, as a fraction of the width, is a click.
const MIN_DRAG: f64 = 0.005;

#[component]
pub(crate) fn MiniMap(props: &MiniMapProps) -> Html {
    let map = use_node_ref();
    let drag = use_drag(&map, &props.on_zoom);
    let shown = zoomed_range(props);
    let on_reset = || props.on_zoom.reform(|_: MouseEvent| None);
    html! {
        <div class="mini-map">
            <div key="map" class="map" ref={map} onpointerdown={drag.on_down} onpointermove={drag.on_move}
                onpointerup={drag.on_up} ondblclick={on_reset()} title="Drag to zoom">
                <Drawing trace={props.trace.clone()} />
                if let Some(range) = drag.range.or(shown) {
                    <i key="range" class="range" style={style(range)} />
                }
            </div>
            // Not inside the map, which captures the pointer.
            if shown.is_some() {
                <button key="reset" class="button reset-zoom" onclick={on_reset()}>{ "Whole trace" }</button>
            }
        </div>
    }
}

/// Returns the part that the waterfall shows, unless it shows the whole trace.
fn zoomed_range(props: &MiniMapProps) -> Option<(f64, f64)> {
    let extent = props.trace.extent();
    let (whole, part) = (Axis::whole(extent), props.axis.shown);
    (part != extent).then(|| (whole.fraction(part.start), whole.fraction(part.end)))
}

fn style((from, to): (f64, f64)) -> String {
    let (left, width) = (from.min(to) * 100.0, (from - to).abs() * 100.0);
    format!("left:{left:.3}%;width:{width:.3}%")
}

struct Drag {
    /// The start and the current position of a drag in progress.
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
        if let Some((from, to)) = current.filter(|(from, to)| (from - to).abs() > MIN_DRAG) {
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

/// Continues the drag when the pointer leaves the map.
fn capture(map: &NodeRef, event: &PointerEvent) {
    if let Some(map) = map.cast::<Element>() {
        // Without capture, the drag ends at the edge of the map.
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

/// Draws the trace with one path for each lane.
#[component]
fn Drawing(props: &DrawingProps) -> Html {
    let trace = &props.trace;
    let lanes = [
        (Lane::Browser, "lane-browser"),
        (Lane::Backend, "lane-backend"),
        (Lane::Database, "lane-database"),
    ];
    let count = trace.nodes().len();
    let view_box = format!("0 0 {DRAWING_WIDTH} {}", count.clamp(1, MAX_LINES));
    html! {
        <svg class={classes!((count > MAX_THICK_LINES).then_some("many"))} viewBox={view_box} preserveAspectRatio="none" aria-hidden="true">
            for (lane, class) in lanes {
                <path key={class} {class} d={path(trace, lane)} />
            }
        </svg>
    }
}

/// Returns the path of a lane's spans: a line for each span, or for several in a long trace.
fn path(trace: &Trace, lane: Lane) -> String {
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
        let left = axis.fraction(interval.start) * DRAWING_WIDTH;
        let right = (axis.fraction(interval.end) * DRAWING_WIDTH).max(left + MIN_LENGTH);
        line.1.push((left, right));
    }
    draw(&mut path, &mut line);
    path
}

/// Writes and clears the segments of a line. Overlapping segments are written as one.
fn draw(path: &mut String, (number, segments): &mut (usize, Vec<(f64, f64)>)) {
    segments.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut segments = segments.drain(..);
    let Some(mut current) = segments.next() else {
        return;
    };
    let mut write = |(left, right): (f64, f64)| {
        // Writing to a string never fails.
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
    fn few_spans_have_one_line_each() {
        assert_eq!(
            path(&trace(2), Lane::Backend),
            "M0.0 0.5H333.3M666.7 1.5H1000.0"
        );
        assert_eq!(path(&trace(2), Lane::Browser), "");
    }

    #[test]
    fn many_spans_share_lines() {
        let path = path(&trace(50_000), Lane::Backend);
        assert!(path.len() < 20_000, "{}", path.len());
        assert_eq!(path.matches('M').count(), MAX_LINES);
    }
}
