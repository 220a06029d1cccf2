//! The ticks of the axis: labels above the waterfall, lines behind it.

use yew::prelude::*;

use crate::layout::axis::Tick;

#[derive(Clone, Debug, PartialEq, Properties)]
pub(crate) struct TicksProps {
    pub(crate) ticks: Vec<Tick>,
}

#[component]
pub(crate) fn Ruler(props: &TicksProps) -> Html {
    html! {
        <div class="ruler">
            <span class="ruler-title">{ "Span" }</span>
            <span class="ruler-axis" aria-hidden="true">
                for tick in &props.ticks {
                    <span key={tick.offset} class={edge_class(tick.fraction)} style={left(tick)}>{ &tick.label }</span>
                }
            </span>
        </div>
    }
}

#[component]
pub(crate) fn GridLines(props: &TicksProps) -> Html {
    html! {
        <div class="grid-lines" aria-hidden="true">
            <span class="ruler-axis">
                for tick in &props.ticks {
                    <i key={tick.offset} style={left(tick)} />
                }
            </span>
        </div>
    }
}

fn left(tick: &Tick) -> String {
    format!("left:{:.3}%", tick.fraction * 100.0)
}

/// Keeps the labels at both ends inside the axis.
fn edge_class(fraction: f64) -> Option<&'static str> {
    match fraction {
        f if f < 0.03 => Some("at-start"),
        f if f > 0.94 => Some("at-end"),
        _ => None,
    }
}
