//! The spans on one time axis. Only the rows on the screen are in the document.

use std::rc::Rc;

use trace_model::Trace;
use web_sys::Element;
use yew::prelude::*;

use super::{
    ruler::{GridLines, Ruler},
    span_row::SpanRow,
    trace_pane::toggle,
};
use crate::{
    hooks::{Url, use_viewport},
    layout::{
        axis::Axis,
        rows::{self, Group, Row},
        window::Viewport,
    },
    shared::Shared,
};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct WaterfallProps {
    pub(crate) url: Url,
    pub(crate) trace: Shared<Trace>,
    pub(crate) axis: Axis,
    pub(crate) rows: Rc<Vec<Row>>,
    pub(crate) selected: Option<usize>,
}

/// Where the name stands above its bar instead of beside it, in CSS pixels.
const NARROW: f64 = 600.0;

/// A duration beside its bar, in CSS pixels.
const LABEL_ROOM: f64 = 68.0;

/// A tick's label and the space around it, in CSS pixels.
const TICK_ROOM: f64 = 76.0;

/// CSS pixels; the stylesheet reads it as `--row`.
fn row_height(viewport: Viewport) -> f64 {
    if viewport.width < NARROW { 46.0 } else { 30.0 }
}

#[component]
pub(crate) fn Waterfall(props: &WaterfallProps) -> Html {
    let scroll = use_node_ref();
    let viewport = use_viewport(&scroll);
    let height = row_height(viewport);
    use_reveal(&scroll, viewport, props);
    let narrow = viewport.width < NARROW;
    let axis_width = viewport.width * if narrow { 1.0 } else { 0.6 };
    let label_room = LABEL_ROOM / axis_width.max(LABEL_ROOM);
    let ticks = props
        .axis
        .ticks((axis_width / TICK_ROOM).clamp(2.0, 12.0) as u64);
    let on_select = use_on_select(props);
    let on_toggle = use_on_toggle(props);
    let row = |position: usize| {
        let top = position as f64 * height;
        match props.rows[position] {
            Row::Heading(group) => heading(group, &props.trace, top),
            Row::Span(index) => html! {
                <SpanRow key={index} trace={props.trace.clone()} {index} {top} axis={props.axis} {label_room}
                    selected={props.selected == Some(index)}
                    collapsed={props.url.view.collapsed.contains(&props.trace.nodes()[index].span.span_id)}
                    on_select={on_select.clone()} on_toggle={on_toggle.clone()} />
            },
        }
    };
    let size = format!(
        "--row:{height}px;height:{}px",
        props.rows.len() as f64 * height
    );
    html! {
        <section class={classes!("waterfall", narrow.then_some("narrow"))} aria-label="Waterfall">
            <Ruler ticks={ticks.clone()} />
            <div class="scroll" ref={scroll}>
                <div class="rows" role="tree" aria-label="Spans" style={size}>
                    <GridLines key="grid" {ticks} />
                    { for viewport.rows(props.rows.len(), height).map(row) }
                </div>
            </div>
        </section>
    }
}

fn heading(group: Group, trace: &Trace, top: f64) -> Html {
    html! {
        <div key={group.title()} class="lane-heading" role="presentation" style={format!("top:{top}px")}>
            <span>{ group.title() }</span>
            <span class="lane-services">{ rows::services(trace, group).join(", ") }</span>
        </div>
    }
}

/// Scrolls only when the selection changes, never while the user scrolls.
#[hook]
fn use_reveal(scroll: &NodeRef, viewport: Viewport, props: &WaterfallProps) {
    let rows = props.rows.clone();
    let scroll = scroll.clone();
    let measured = viewport.height > 0.0;
    use_effect_with((props.selected, measured), move |&(selected, measured)| {
        let is_selected = |row: &Row| selected.is_some_and(|index| *row == Row::Span(index));
        let position = rows.iter().position(is_selected).filter(|_| measured);
        let top = position.and_then(|position| viewport.reveal(position, row_height(viewport)));
        if let Some((scroll, top)) = scroll.cast::<Element>().zip(top) {
            scroll.set_scroll_top(top as i32);
        }
    });
}

#[hook]
fn use_on_select(props: &WaterfallProps) -> Callback<usize> {
    let deps = (props.url.clone(), props.trace.clone());
    use_callback(deps, |index: usize, (url, trace)| {
        url.select_span(trace.nodes()[index].span.span_id);
    })
}

#[hook]
fn use_on_toggle(props: &WaterfallProps) -> Callback<usize> {
    let deps = (props.url.clone(), props.trace.clone());
    use_callback(deps, |index: usize, (url, trace)| toggle(url, trace, index))
}
