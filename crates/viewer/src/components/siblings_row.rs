//! The row of a group of identical siblings: their number, their time, and a hint about loops of
//! statements.

use std::rc::Rc;

use trace_model::{SiblingGroup, Trace};
use yew::prelude::*;

use super::span_row::{lane_class, name, row_id};
use crate::{
    format,
    layout::{axis::Axis, bar::LabelPosition, path_line::LINE_WIDTH, spread},
    shared::Shared,
    text,
};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct SiblingsRowProps {
    pub(crate) trace: Shared<Trace>,
    pub(crate) groups: Rc<Vec<SiblingGroup>>,
    /// The position among the groups.
    pub(crate) group: usize,
    /// Whether the rows of its spans follow.
    pub(crate) is_open: bool,
    pub(crate) selected: bool,
    pub(crate) axis: Axis,
    /// The width of a duration beside its bar, as a fraction of the axis.
    pub(crate) label_width: f64,
    /// The indentation of the name, in CSS pixels.
    pub(crate) indentation: f64,
    /// CSS pixels from the top of the waterfall.
    pub(crate) top: f64,
    /// The number of rows above it.
    pub(crate) position: usize,
    pub(crate) on_select: Callback<usize>,
    pub(crate) on_toggle: Callback<usize>,
}

#[component]
pub(crate) fn SiblingsRow(props: &SiblingsRowProps) -> Html {
    let group = &props.groups[props.group];
    let first = group.nodes[0];
    let node = &props.trace.nodes()[first];
    let count = format::count(group.nodes.len() as u64);
    let label = format!(
        "{} {count} identical spans",
        if props.is_open { "Collapse" } else { "Expand" }
    );
    let on_toggle = props.on_toggle.clone();
    let ontoggle = Callback::from(move |event: MouseEvent| {
        event.stop_propagation();
        on_toggle.emit(first);
    });
    let class = classes!(
        "span-row",
        "siblings",
        lane_class(node.lane),
        props.selected.then_some("selected")
    );
    html! {
        <div {class} id={(!props.is_open).then(|| row_id(first))} role="row" aria-rowindex={(props.position + 2).to_string()} aria-level={(node.depth + 1).to_string()} aria-expanded={props.is_open.to_string()}
            aria-selected={props.selected.to_string()} style={format!("top:{}px", props.top)} onclick={props.on_select.reform(move |_| first)}>
            <span class="span-name" role="gridcell" style={format!("padding-left:{}px", props.indentation)}>
                <button class={classes!("toggle", (!props.is_open).then_some("collapsed"))} tabindex="-1" title={label.clone()} aria-label={label} onclick={ontoggle}>{ count.clone() }</button>
                <i class="swatch" aria-hidden="true" />
                <span class="name">{ text::name(name(node)) }</span>
                <span class="times">{ format!("× {count}") }</span>
                if group.is_loop_of_statements {
                    <span class="badge" title="The same statement, one call after the other: perhaps one for each row of an earlier result. A statement for all rows would need one round trip">{ "N+1?" }</span>
                }
            </span>
            <span class="span-axis" role="gridcell">{ bar(props, group) }</span>
        </div>
    }
}

/// The single spans on one bar, and the sum of their durations.
fn bar(props: &SiblingsRowProps, group: &SiblingGroup) -> Html {
    let intervals = group.nodes.iter();
    let intervals = intervals.map(|&index| props.trace.nodes()[index].interval());
    let lines = spread::lines(intervals, &props.axis);
    let edges = [group.interval.start, group.interval.end];
    let [left, right] = edges.map(|nanos| props.axis.fraction(nanos));
    let position = LabelPosition::beside(left, right, props.label_width);
    let percent = |fraction: f64| (fraction * 100.0).max(0.0);
    let style = match position {
        LabelPosition::Right => format!("left:{:.3}%", percent(right)),
        LabelPosition::Hidden => "display:none".to_owned(),
        LabelPosition::Left => format!("right:{:.3}%", percent(1.0 - left)),
        LabelPosition::Inside => format!("right:{:.3}%", percent(1.0 - right)),
    };
    let class = classes!(
        "bar-label",
        (position == LabelPosition::Inside).then_some("inside")
    );
    html! {
        <>
            <svg class="spread" viewBox={format!("0 0 {LINE_WIDTH} 1")} preserveAspectRatio="none" aria-hidden="true"><path d={lines} /></svg>
            <span {class} {style} title="The sum of their durations"><b>{ format::duration(group.total_nano) }</b></span>
        </>
    }
}
