//! The spans on one time axis. Only the rows on the screen are in the document.

use std::rc::Rc;

use trace_model::Trace;
use web_sys::Element;
use yew::prelude::*;

use super::{
    names_handle::NamesHandle,
    ruler::{GridLines, Ruler},
    span_row::SpanRow,
    trace_pane::toggle,
};
use crate::{
    hooks::{Url, use_latest, use_names_width, use_viewport},
    layout::{
        axis::Axis,
        names::{self, Indent},
        rows::{self, Group, Row},
        services::Services,
        window::Viewport,
    },
    shared::Shared,
    text,
};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct WaterfallProps {
    pub(crate) url: Url,
    pub(crate) trace: Shared<Trace>,
    pub(crate) axis: Axis,
    pub(crate) rows: Rc<Vec<Row>>,
    pub(crate) selected: Option<usize>,
    pub(crate) on_select: Callback<usize>,
}

/// Where the name stands above its bar instead of beside it, in CSS pixels.
const NARROW: f64 = 520.0;

/// A duration beside its bar, in CSS pixels.
const LABEL_ROOM: f64 = 68.0;

/// The mark of an event, in CSS pixels.
const MARK_ROOM: f64 = 12.0;

/// The space right of the axis, in CSS pixels; the stylesheet's `--margin`.
const MARGIN: f64 = 20.0;

/// A tick's label and the space around it, in CSS pixels.
const TICK_ROOM: f64 = 76.0;

/// Not so before the width is known.
fn is_narrow(viewport: Viewport) -> bool {
    viewport.width > 0.0 && viewport.width < NARROW
}

/// CSS pixels; the stylesheet reads it as `--row`.
fn row_height(viewport: Viewport) -> f64 {
    if is_narrow(viewport) { 46.0 } else { 30.0 }
}

#[component]
pub(crate) fn Waterfall(props: &WaterfallProps) -> Html {
    let scroll = use_node_ref();
    let viewport = use_viewport(&scroll);
    let height = row_height(viewport);
    use_reveal(&scroll, viewport, props);
    let narrow = is_narrow(viewport);
    let (chosen, on_width) = use_names_width();
    let room = Room::of(viewport, chosen);
    let ticks = props
        .axis
        .ticks((room.axis / TICK_ROOM).clamp(2.0, 12.0) as u64);
    let services = use_memo(props.trace.clone(), |trace| Services::of(trace));
    let on_toggle = use_on_toggle(props);
    let indent = Indent::new(room.names, narrow);
    let row = |position: usize| {
        let top = position as f64 * height;
        let index = match props.rows[position] {
            Row::Heading(group) => {
                return html! { <Heading key={group.title()} trace={props.trace.clone()} {group} {top} /> };
            }
            Row::Span(index) => index,
        };
        let node = &props.trace.nodes()[index];
        html! {
            <SpanRow key={index} trace={props.trace.clone()} {index} {top} axis={props.axis}
                label_room={room.share(LABEL_ROOM)} mark_room={room.share(MARK_ROOM)}
                indent={indent.of(node.depth)} depth={indent.number(node.depth)} service={services.color(node)}
                selected={props.selected == Some(index)}
                collapsed={props.url.view.collapsed.contains(&node.span.span_id)}
                on_select={props.on_select.clone()} on_toggle={on_toggle.clone()} />
        }
    };
    let size = format!(
        "--row:{height}px;height:{}px",
        props.rows.len() as f64 * height
    );
    html! {
        <section class={classes!("waterfall", narrow.then_some("narrow"))} aria-label="Waterfall"
            style={format!("--names:{:.0}px;--width:{:.0}px", room.names, viewport.width)}>
            <Ruler ticks={ticks.clone()} />
            <div class="scroll" ref={scroll}>
                <div class="rows" role="tree" aria-label="Spans" style={size}>
                    <GridLines key="grid" {ticks} />
                    { for viewport.rows(props.rows.len(), height).map(row) }
                </div>
            </div>
            if !narrow {
                <NamesHandle width={room.names} {on_width} />
            }
        </section>
    }
}

/// How the waterfall's width is divided, in CSS pixels.
struct Room {
    names: f64,
    axis: f64,
}

impl Room {
    fn of(viewport: Viewport, chosen: Option<f64>) -> Self {
        let width = viewport.width - MARGIN;
        // Narrow: names stand above their bars, both as wide as the waterfall.
        if is_narrow(viewport) {
            let width = width.max(names::MIN_WIDTH);
            return Self {
                names: width,
                axis: width,
            };
        }
        let names = names::width(chosen, width);
        Self {
            names,
            axis: width - names,
        }
    }

    /// A length as a fraction of the axis.
    fn share(&self, length: f64) -> f64 {
        length / self.axis.max(length)
    }
}

#[derive(Clone, PartialEq, Properties)]
struct HeadingProps {
    trace: Shared<Trace>,
    group: Group,
    top: f64,
}

#[component]
fn Heading(props: &HeadingProps) -> Html {
    let group = props.group;
    let services = use_memo((props.trace.clone(), group), |(trace, group)| {
        let services = rows::services(trace, *group);
        let names = services.into_iter().map(text::isolated);
        names.collect::<Vec<_>>().join(", ")
    });
    html! {
        <div class="lane-heading" role="presentation" style={format!("top:{}px", props.top)}>
            <span>{ group.title() }</span>
            <span class="lane-services" title={(*services).clone()}>{ (*services).clone() }</span>
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

/// Stays the same while the address changes, so that rows do not render for nothing.
#[hook]
fn use_on_toggle(props: &WaterfallProps) -> Callback<usize> {
    let url = use_latest(&props.url);
    use_callback(props.trace.clone(), move |index: usize, trace| {
        let url = url.borrow().clone();
        toggle(&url, trace, index);
    })
}
