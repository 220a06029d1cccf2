//! The waterfall: the spans on one time axis. Only visible rows are in the document.

use std::rc::Rc;

use trace_model::{CriticalPath, SiblingGroup, Trace};
use web_sys::Element;
use yew::prelude::*;

use super::{
    collapse::toggle,
    names_handle::NamesHandle,
    ruler::{GridLines, Ruler},
    siblings_row::SiblingsRow,
    span_row::{SpanRow, row_id},
};
use crate::{
    hooks::{Url, rem_scale, use_latest, use_names_width, use_printing, use_viewport},
    layout::{
        axis::Axis,
        collapsed::Collapsed,
        found::Found,
        log_rows::TraceLogs,
        names::{self, Indentation},
        rows::{self, Group, Row},
        services::Services,
        window::Viewport,
    },
    route::Others,
    shared::Shared,
    text,
};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct WaterfallProps {
    pub(crate) url: Url,
    pub(crate) trace: Shared<Trace>,
    pub(crate) axis: Axis,
    pub(crate) rows: Rc<Vec<Row>>,
    pub(crate) groups: Rc<Vec<SiblingGroup>>,
    pub(crate) collapsed: Rc<Collapsed>,
    pub(crate) found: Rc<Option<Found>>,
    /// The depth of the outermost rows.
    pub(crate) top_depth: usize,
    pub(crate) path: Option<Shared<CriticalPath>>,
    pub(crate) logs: Shared<TraceLogs>,
    pub(crate) selected: Option<usize>,
    pub(crate) on_select: Callback<usize>,
}

/// Below this width, names are above their bars instead of beside them.
const NARROW_PX: f64 = 520.0;

/// The width of a duration beside its bar.
const LABEL_WIDTH_PX: f64 = 68.0;

/// The width of an event's mark.
const MARK_WIDTH_PX: f64 = 12.0;

/// The number of rows on paper.
const MAX_PRINTED_ROWS: usize = 500;

/// The space right of the axis; the stylesheet's `--margin`.
const MARGIN_PX: f64 = 20.0;

/// The width of a tick's label and the space around it.
const TICK_WIDTH_PX: f64 = 76.0;

/// False until the width is measured.
fn is_narrow(viewport: Viewport) -> bool {
    viewport.width > 0.0 && viewport.width < NARROW_PX
}

/// The stylesheet's `--row`. It grows with the browser's font size.
fn row_height_px(viewport: Viewport) -> f64 {
    let height = if is_narrow(viewport) { 46.0 } else { 30.0 };
    height * rem_scale()
}

#[component]
pub(crate) fn Waterfall(props: &WaterfallProps) -> Html {
    let scroll = use_node_ref();
    let viewport = use_viewport(&scroll);
    let height = row_height_px(viewport);
    use_reveal(&scroll, viewport, props);
    let narrow = is_narrow(viewport);
    let (chosen, on_width) = use_names_width();
    let columns = Columns::of(viewport, chosen);
    let max_ticks = (columns.axis_px / TICK_WIDTH_PX).clamp(2.0, 12.0) as u64;
    let ticks = props.axis.ticks(max_ticks);
    let services = use_memo(props.trace.clone(), |trace| Services::of(trace));
    let on_toggle = use_on_toggle(props);
    let indentation = Indentation::new(columns.names_px, narrow);
    let row = |position: usize| {
        let top = position as f64 * height;
        let index = match props.rows[position] {
            Row::Heading(group) => {
                return html! { <Heading key={group.title()} trace={props.trace.clone()} {group} {top} {position} /> };
            }
            Row::Siblings {
                group,
                first,
                is_open,
            } => {
                let depth = props.trace.nodes()[first].depth - props.top_depth;
                return html! {
                    <SiblingsRow key={format!("siblings {first}")} trace={props.trace.clone()} groups={props.groups.clone()} {group} {is_open} {top} {position}
                        axis={props.axis} label_width={columns.fraction(LABEL_WIDTH_PX)} indentation={indentation.width_px(depth)}
                        selected={!is_open && props.selected == Some(first)} on_select={props.on_select.clone()} on_toggle={on_toggle.clone()} />
                };
            }
            Row::Span(index) => index,
        };
        let node = &props.trace.nodes()[index];
        let depth = node.depth.saturating_sub(props.top_depth);
        html! {
            <SpanRow key={index} trace={props.trace.clone()} {index} {top} {position} axis={props.axis}
                label_width={columns.fraction(LABEL_WIDTH_PX)} mark_width={columns.fraction(MARK_WIDTH_PX)}
                indentation={indentation.width_px(depth)} hidden_depth={indentation.hidden_depth(depth)}
                service_color={services.color(node)} path={props.path.clone()} logs={props.logs.clone()}
                selected={props.selected == Some(index)} collapsed={props.collapsed.contains(index)} mark={mark(props, index)}
                on_select={props.on_select.clone()} on_toggle={on_toggle.clone()} />
        }
    };
    let is_printing = use_printing();
    let shown = if is_printing {
        0..props.rows.len().min(MAX_PRINTED_ROWS)
    } else {
        viewport.rows(props.rows.len(), height)
    };
    let size = format!(
        "--row:{height}px;height:{}px",
        props.rows.len() as f64 * height
    );
    html! {
        <section class={classes!("waterfall", narrow.then_some("narrow"))} aria-label="Waterfall"
            style={format!("--names:{:.0}px;--width:{:.0}px", columns.names_px, viewport.width)}>
            <Ruler ticks={ticks.clone()} />
            <div class="scroll" ref={scroll}>
                <div class="rows" role="treegrid" aria-label="Spans" tabindex="0" aria-rowcount={(props.rows.len() + 1).to_string()}
                    aria-activedescendant={active_row(props, &shown)} style={size}>
                    <GridLines key="grid" {ticks} />
                    <div key="header" class="visually-hidden" role="row" aria-rowindex="1">
                        <span role="columnheader">{ "Span" }</span><span role="columnheader">{ "Time" }</span>
                    </div>
                    { for shown.map(row) }
                </div>
            </div>
            if !narrow {
                <NamesHandle width={columns.names_px} {on_width} />
            }
        </section>
    }
}

/// Returns the id of the selected row, if it is in the document.
fn active_row(props: &WaterfallProps, shown: &std::ops::Range<usize>) -> Option<String> {
    let selected = props.selected?;
    let mut rows = props.rows[shown.clone()].iter();
    rows.any(|row| row.span() == Some(selected))
        .then(|| row_id(selected))
}

/// Returns the class of a row while the search in the trace has a result.
fn mark(props: &WaterfallProps, index: usize) -> Option<&'static str> {
    let found = props.found.as_ref().as_ref()?;
    if found.contains(index) {
        Some("found")
    } else {
        (props.url.view.others == Others::Dimmed).then_some("dimmed")
    }
}

/// The widths of the waterfall's columns.
struct Columns {
    names_px: f64,
    axis_px: f64,
}

impl Columns {
    fn of(viewport: Viewport, chosen: Option<f64>) -> Self {
        let width = viewport.width - MARGIN_PX;
        // Names are above their bars, so both have the full width.
        if is_narrow(viewport) {
            let width = width.max(names::MIN_WIDTH_PX);
            return Self {
                names_px: width,
                axis_px: width,
            };
        }
        let names_px = names::width(chosen, width);
        Self {
            names_px,
            axis_px: width - names_px,
        }
    }

    /// Converts a length to a fraction of the axis.
    fn fraction(&self, length_px: f64) -> f64 {
        length_px / self.axis_px.max(length_px)
    }
}

#[derive(Clone, PartialEq, Properties)]
struct HeadingProps {
    trace: Shared<Trace>,
    group: Group,
    top: f64,
    position: usize,
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
        <div class="lane-heading" role="row" aria-rowindex={(props.position + 2).to_string()} style={format!("top:{}px", props.top)}>
            <span role="gridcell">{ group.title() }</span>
            <span role="gridcell" class="lane-services" title={(*services).clone()}>{ (*services).clone() }</span>
        </div>
    }
}

/// Scrolls to the selected row when the selection changes, but not while the user scrolls.
#[hook]
fn use_reveal(scroll: &NodeRef, viewport: Viewport, props: &WaterfallProps) {
    let rows = props.rows.clone();
    let scroll = scroll.clone();
    let is_measured = viewport.height > 0.0;
    use_effect_with(
        (props.selected, is_measured),
        move |&(selected, is_measured)| {
            let is_selected = |row: &Row| selected.is_some() && row.span() == selected;
            let position = rows.iter().position(is_selected).filter(|_| is_measured);
            let top =
                position.and_then(|position| viewport.reveal(position, row_height_px(viewport)));
            if let Some((scroll, top)) = scroll.cast::<Element>().zip(top) {
                scroll.set_scroll_top(top as i32);
            }
        },
    );
}

/// Returns a callback that collapses or expands the span at an index. It does not change with the
/// address, so that rows do not render without need.
#[hook]
fn use_on_toggle(props: &WaterfallProps) -> Callback<usize> {
    let url = use_latest(&props.url);
    use_callback(props.trace.clone(), move |index: usize, trace| {
        let url = url.borrow().clone();
        toggle(&url, trace, index);
    })
}
