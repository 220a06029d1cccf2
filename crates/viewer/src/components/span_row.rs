//! One span: its name at its depth, its bar on the axis.

use trace_model::{Lane, Node, Place, Trace};
use yew::prelude::*;

use super::icon::{Icon, Picture};
use crate::{
    format,
    layout::{
        axis::Axis,
        bar::{Bar, LabelPlace},
    },
    shared::Shared,
};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct SpanRowProps {
    pub(crate) trace: Shared<Trace>,
    pub(crate) index: usize,
    pub(crate) axis: Axis,
    /// What a duration needs beside its bar, as a fraction of the axis.
    pub(crate) label_room: f64,
    pub(crate) selected: bool,
    pub(crate) collapsed: bool,
    /// CSS pixels from the top of the waterfall.
    pub(crate) top: f64,
    pub(crate) on_select: Callback<usize>,
    pub(crate) on_toggle: Callback<usize>,
}

/// How much of a file's name stands beside the span's, in characters.
const SHOWN_OF_FILE: usize = 16;

/// Deeper levels are indented no further: the name must stay readable.
const DEEPEST_INDENT: usize = 14;

#[component]
pub(crate) fn SpanRow(props: &SpanRowProps) -> Html {
    let index = props.index;
    let node = &props.trace.nodes()[index];
    let error = node.span.is_error();
    let expanded = (node.descendants > 0).then(|| (!props.collapsed).to_string());
    let class = classes!(
        "span-row",
        lane_class(node.lane),
        error.then_some("error"),
        props.selected.then_some("selected"),
    );
    html! {
        <div {class} role="treeitem" aria-level={(node.depth + 1).to_string()} aria-expanded={expanded}
            aria-selected={props.selected.to_string()} style={format!("top:{}px", props.top)}
            data-span-id={node.span.span_id.to_string()} data-otel-action="span.select" onclick={props.on_select.reform(move |_| index)}>
            <span class="span-name" style={format!("--depth:{}", node.depth.min(DEEPEST_INDENT))}>
                { fold_button(props, node) }
                <i class="swatch" aria-hidden="true" />
                <span class="name" title={title(node)}>{ name(node) }{ resource(node) }</span>
                <span class="marks">{ marks(node) }</span>
            </span>
            <span class="span-axis">{ bar(props, node) }</span>
        </div>
    }
}

pub(super) const fn lane_class(lane: Lane) -> &'static str {
    match lane {
        Lane::Browser => "lane-browser",
        Lane::Backend => "lane-backend",
        Lane::Database => "lane-database",
    }
}

pub(super) fn name(node: &Node) -> &str {
    if node.span.name.is_empty() {
        "(no name)"
    } else {
        &node.span.name
    }
}

/// The file's name, for a fetch whose name does not say what it fetched.
fn resource(node: &Node) -> Html {
    let attributes = &node.span.attributes;
    let named = attributes.get("url.template").is_some() || node.lane != Lane::Browser;
    let url = attributes.text("url.full").filter(|_| !named);
    let path = url.and_then(|url| url.split(['?', '#']).next());
    let file = path
        .and_then(|path| path.rsplit('/').next())
        .unwrap_or_default();
    html! { <span class="resource">{ tail(file) }</span> }
}

/// The end tells files of one build apart: `…_bg.wasm`.
fn tail(file: &str) -> String {
    let hidden = file.chars().count().saturating_sub(SHOWN_OF_FILE);
    let dots = if hidden > 0 { "…" } else { "" };
    format!("{dots}{}", file.chars().skip(hidden).collect::<String>())
}

fn title(node: &Node) -> String {
    format!(
        "{} · {} · {}",
        name(node),
        node.span.service(),
        format::duration(node.span.duration_nano())
    )
}

fn fold_button(props: &SpanRowProps, node: &Node) -> Html {
    let index = props.index;
    if node.descendants == 0 {
        return html! { <span class="fold-none" /> };
    }
    let on_toggle = props.on_toggle.clone();
    let onclick = Callback::from(move |event: MouseEvent| {
        event.stop_propagation();
        on_toggle.emit(index);
    });
    let verb = if props.collapsed {
        "Expand"
    } else {
        "Collapse"
    };
    let label = format!("{verb} {}", format::counted(node.descendants, "span"));
    html! {
        <button class={classes!("fold", props.collapsed.then_some("collapsed"))} tabindex="-1" title={label.clone()} aria-label={label} {onclick}>
            { node.descendants }
        </button>
    }
}

fn marks(node: &Node) -> Html {
    let status = node.span.http_status().filter(|&code| code >= 400);
    let error = node.span.is_error();
    html! {
        <>
            if node.place == Place::Orphan {
                <span key="orphan" class="badge" title="Its parent has not arrived">{ "orphan" }</span>
            }
            if error || status.is_some() {
                <span key="error" class={classes!("badge", error.then_some("badge-error"))}>
                    { status.map_or_else(|| "error".to_owned(), |code| code.to_string()) }
                </span>
            }
        </>
    }
}

fn bar(props: &SpanRowProps, node: &Node) -> Html {
    let bar = Bar::of(&props.trace, props.index, &props.axis, props.label_room);
    let place = format!(
        "left:{:.3}%;width:{:.3}%",
        bar.left * 100.0,
        bar.width * 100.0
    );
    let label = label(&bar, node);
    html! {
        <>
            <i key="bar" class="bar" style={place}>
                if bar.gap_before > 0.0 {
                    <i key="before" class="gap" style={format!("left:0;width:{:.3}%", bar.gap_before * 100.0)} />
                }
                if bar.gap_after > 0.0 {
                    <i key="after" class="gap" style={format!("right:0;width:{:.3}%", bar.gap_after * 100.0)} />
                }
            </i>
            { for node.span.events.iter().enumerate().map(|(number, event)| event_mark(props, node, number, event)) }
            { label }
        </>
    }
}

/// The duration, where the layout found room for it.
fn label(bar: &Bar, node: &Node) -> Html {
    let percent = |fraction: f64| (fraction * 100.0).max(0.0);
    let right = bar.left + bar.width;
    let (class, style) = match bar.label {
        LabelPlace::Right => ("bar-label", format!("left:{:.3}%", percent(right))),
        LabelPlace::Left => (
            "bar-label",
            format!("right:{:.3}%", percent(1.0 - bar.left)),
        ),
        LabelPlace::Inside => (
            "bar-label inside",
            format!("right:{:.3}%", percent(1.0 - right)),
        ),
        LabelPlace::Nowhere => ("bar-label", "display:none".to_owned()),
    };
    html! { <span key="label" {class} {style}>{ format::duration(node.span.duration_nano()) }</span> }
}

fn event_mark(
    props: &SpanRowProps,
    node: &Node,
    number: usize,
    event: &trace_model::Event,
) -> Html {
    let time = event
        .time_unix_nano
        .saturating_add_signed(node.clock_shift_nano);
    let left = props.axis.fraction(time) * 100.0;
    let exception = event.name == "exception";
    html! {
        <span key={format!("event {number}")} class={classes!("event-mark", exception.then_some("exception"))}
            style={format!("left:{left:.3}%")} title={event.name.clone()}>
            <Icon picture={Picture::Event} />
        </span>
    }
}
