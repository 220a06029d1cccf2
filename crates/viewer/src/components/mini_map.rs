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
    let view_box = format!("0 0 1000 {}", trace.nodes().len().max(1));
    html! {
        <svg class={classes!((trace.nodes().len() > MANY).then_some("many"))} viewBox={view_box} preserveAspectRatio="none" aria-hidden="true">
            for (lane, class) in lanes {
                <path key={class} {class} d={lines(trace, lane)} />
            }
        </svg>
    }
}

fn lines(trace: &Trace, lane: Lane) -> String {
    let axis = Axis::whole(trace.extent());
    let mut path = String::new();
    for (index, node) in trace
        .nodes()
        .iter()
        .enumerate()
        .filter(|(_, node)| node.lane == lane)
    {
        let interval = node.interval();
        let left = axis.fraction(interval.start) * 1_000.0;
        let right = (axis.fraction(interval.end) * 1_000.0).max(left + 1.5);
        // Writing to a string cannot fail.
        let _ = write!(path, "M{left:.1} {index}.5H{right:.1}");
    }
    path
}
