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
    let drag = use_state_eq(|| None::<(f64, f64)>);
    let at = {
        let map = map.clone();
        move |event: &PointerEvent| fraction(&map, event)
    };
    let onpointerdown = Callback::from({
        let (drag, at, map) = (drag.clone(), at.clone(), map.clone());
        move |event: PointerEvent| {
            if let Some(map) = map.cast::<Element>() {
                // Without capture the drag ends at the edge, which is no harm.
                let _ = map.set_pointer_capture(event.pointer_id());
            }
            drag.set(Some((at(&event), at(&event))));
        }
    });
    let onpointermove = Callback::from({
        let (drag, at) = (drag.clone(), at);
        move |event: PointerEvent| {
            if let Some((from, _)) = *drag {
                drag.set(Some((from, at(&event))));
            }
        }
    });
    let onpointerup = Callback::from({
        let (drag, on_zoom) = (drag.clone(), props.on_zoom.clone());
        move |_: PointerEvent| {
            let part = drag.filter(|(from, to)| (from - to).abs() > LEAST_DRAG);
            if part.is_some() {
                on_zoom.emit(part);
            }
            drag.set(None);
        }
    });
    let whole = props.trace.extent();
    let zoomed = props.axis.shown != whole;
    let shown = zoomed.then(|| {
        let axis = Axis::whole(whole);
        (
            axis.fraction(props.axis.shown.start),
            axis.fraction(props.axis.shown.end),
        )
    });
    html! {
        <div class="mini-map">
            <div key="map" class="map" ref={map} {onpointerdown} {onpointermove} {onpointerup}
                ondblclick={props.on_zoom.reform(|_| None)} title="Drag to zoom">
                <Drawing trace={props.trace.clone()} />
                if let Some((from, to)) = drag.or(shown) {
                    <i key="range" class="range" style={format!("left:{:.3}%;width:{:.3}%", from.min(to) * 100.0, (from - to).abs() * 100.0)} />
                }
            </div>
            // Beside the map, not in it: the map holds on to the pointer.
            if zoomed {
                <button key="all" class="button whole" onclick={props.on_zoom.reform(|_| None)}>{ "Whole trace" }</button>
            }
        </div>
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
        let _ = write!(path, "M{left:.1} {}.5H{right:.1}", index);
    }
    path
}
