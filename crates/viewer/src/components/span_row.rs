//! A span's row in the waterfall: its indented name, and its bar on the axis.

use trace_model::{CriticalPath, Lane, Node, Parent, Span, Trace};
use yew::prelude::*;

use super::page_time::long_frame;
use crate::{
    format,
    layout::{
        axis::Axis,
        bar::{Bar, Hatch, LabelPosition, Segment},
        log_rows::TraceLogs,
        marks::{self, Mark},
        path_line::{self, LINE_WIDTH},
    },
    shared::Shared,
    text,
};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct SpanRowProps {
    pub(crate) trace: Shared<Trace>,
    pub(crate) index: usize,
    pub(crate) axis: Axis,
    /// The width of a duration beside its bar, as a fraction of the axis.
    pub(crate) label_width: f64,
    /// The width of an event's mark, as a fraction of the axis.
    pub(crate) mark_width: f64,
    /// The indentation of the name, in CSS pixels.
    pub(crate) indentation: f64,
    /// The depth, if the indentation does not show it.
    pub(crate) hidden_depth: Option<usize>,
    /// The color of the span's service, if its lane has several services.
    pub(crate) service_color: Option<usize>,
    pub(crate) path: Option<Shared<CriticalPath>>,
    /// The log records of the trace.
    pub(crate) logs: Shared<TraceLogs>,
    /// What the search in the trace makes of the row: `found` or `dimmed`.
    pub(crate) mark: Option<&'static str>,
    pub(crate) selected: bool,
    pub(crate) collapsed: bool,
    /// CSS pixels from the top of the waterfall.
    pub(crate) top: f64,
    /// The number of rows above it.
    pub(crate) position: usize,
    pub(crate) on_select: Callback<usize>,
    pub(crate) on_toggle: Callback<usize>,
}

/// The maximum length of a file name beside the span's name.
const MAX_FILE_CHARS: usize = 16;

/// The maximum length of a service name beside the span's name.
const MAX_SERVICE_CHARS: usize = 40;

#[component]
pub(crate) fn SpanRow(props: &SpanRowProps) -> Html {
    let index = props.index;
    let node = &props.trace.nodes()[index];
    let error = node.span.is_error();
    let expanded = (node.descendants > 0).then(|| (!props.collapsed).to_string());
    let class = classes!(
        "span-row",
        lane_class(node.lane),
        props.service_color.map(|color| format!("service-{color}")),
        error.then_some("error"),
        props.selected.then_some("selected"),
        props.mark,
    );
    html! {
        <div {class} id={row_id(index)} role="row" aria-rowindex={(props.position + 2).to_string()} aria-level={(node.depth + 1).to_string()} aria-expanded={expanded}
            aria-selected={props.selected.to_string()} style={format!("top:{}px", props.top)}
            data-span-id={node.span.span_id.to_string()} data-otel-action="span.select" onclick={props.on_select.reform(move |_| index)}>
            <span class="span-name" role="gridcell" style={format!("padding-left:{}px", props.indentation)}>
                { toggle_button(props, node) }
                if let Some(depth) = props.hidden_depth {
                    <span key="depth" class="depth" title={format!("Level {}", depth + 1)}>{ format::count(depth as u64 + 1) }</span>
                }
                <i key="swatch" class="swatch" aria-hidden="true" />
                <span key="name" class="name" title={title(node)}>{ text::name(name(node)) }{ file_name(node) }</span>
                if props.service_color.is_some() {
                    <span key="service" class="service" title={text::isolated(node.span.service())}>
                        { text::bdi(&text::truncate(node.span.service(), MAX_SERVICE_CHARS)) }
                    </span>
                }
                <span key="marks" class="marks">{ marks(node) }</span>
            </span>
            <span class="span-axis" role="gridcell" aria-label={time(props, node)}>{ bar(props, node) }</span>
        </div>
    }
}

/// Returns the id of a span's row in the document.
pub(super) fn row_id(index: usize) -> String {
    format!("span-{index}")
}

/// Says what the bar shows.
fn time(props: &SpanRowProps, node: &Node) -> String {
    let start = node.interval().start.saturating_sub(props.axis.origin);
    let takes = time_problem(&node.span)
        .unwrap_or_else(|| format!("takes {}", format::duration(node.span.duration_nano())));
    let on_path = props
        .path
        .as_ref()
        .map_or(0, |path| path.nanos_of(props.index));
    let on_path = match on_path {
        0 => String::new(),
        nanos => format!(", {} on the critical path", format::duration(nanos)),
    };
    format!("starts after {}, {takes}{on_path}", format::duration(start))
}

pub(super) const fn lane_class(lane: Lane) -> &'static str {
    match lane {
        Lane::Browser => "lane-browser",
        Lane::Backend => "lane-backend",
        Lane::Database => "lane-database",
    }
}

pub(super) fn name(node: &Node) -> &str {
    display_name(&node.span.name)
}

pub(super) const fn display_name(name: &str) -> &str {
    if name.is_empty() { "(no name)" } else { name }
}

/// Shows the file name of a fetch whose span name does not tell what it fetched.
fn file_name(node: &Node) -> Html {
    let attributes = &node.span.attributes;
    let is_named = attributes.get("url.template").is_some() || node.lane != Lane::Browser;
    let url = attributes.text("url.full").filter(|_| !is_named);
    let path = url.and_then(|url| url.split(['?', '#']).next());
    let file = path
        .and_then(|path| path.rsplit('/').next())
        .unwrap_or_default();
    html! { <span class="file-name">{ text::bdi(&tail(file)) }</span> }
}

/// Shortens a file name at its start, because its end is more specific: `…_bg.wasm`.
fn tail(file: &str) -> String {
    let hidden = file.chars().count().saturating_sub(MAX_FILE_CHARS);
    let dots = if hidden > 0 { "…" } else { "" };
    format!("{dots}{}", file.chars().skip(hidden).collect::<String>())
}

fn title(node: &Node) -> String {
    let duration = format::duration(node.span.duration_nano());
    format!(
        "{} · {} · {}",
        text::isolated(name(node)),
        text::isolated(node.span.service()),
        time_problem(&node.span).unwrap_or(duration)
    )
}

/// Describes invalid times of a span.
pub(super) fn time_problem(span: &Span) -> Option<String> {
    let backwards = span.backwards_nano();
    if let Some(nanos) = backwards {
        return Some(format!("ends {} before it starts", format::duration(nanos)));
    }
    match (span.start_unix_nano, span.end_unix_nano) {
        (0, 0) => Some("no times".to_owned()),
        (_, 0) => Some("no end".to_owned()),
        (0, _) if span.duration_nano() == 0 => Some("no start".to_owned()),
        _ => None,
    }
}

fn toggle_button(props: &SpanRowProps, node: &Node) -> Html {
    let index = props.index;
    if node.descendants == 0 {
        return html! { <span key="toggle" class="toggle-spacer" /> };
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
    let label = format!("{verb} {}", format::quantity(node.descendants, "span"));
    html! {
        <button key="toggle" class={classes!("toggle", props.collapsed.then_some("collapsed"))} tabindex="-1" title={label.clone()} aria-label={label} {onclick}>
            { format::count(node.descendants as u64) }
        </button>
    }
}

fn marks(node: &Node) -> Html {
    let status = node.span.http_status().filter(|&code| code >= 400);
    let error = node.span.is_error();
    html! {
        <>
            if node.parent == Parent::Missing {
                <span key="orphan" class="badge" title="The parent of this span is not in the trace, or not yet">{ "orphan" }</span>
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
    let bar = Bar::of(&props.trace, props.index, &props.axis, props.label_width);
    let style = format!(
        "left:{:.3}%;width:{:.3}%",
        bar.left * 100.0,
        bar.width * 100.0
    );
    let label = label(&bar, node);
    let marks = marks::marks(node, &props.axis, props.mark_width);
    let log_marks = marks::log_marks(node, &props.logs, &props.axis, props.mark_width);
    html! {
        <>
            <i key="bar" class="bar" {style}>
                { for bar.segments.iter().enumerate().map(|(number, part)| segment(number, part, node)) }
            </i>
            { path_line(props) }
            { for marks.iter().map(|mark| event_mark(node, mark)) }
            { for log_marks.iter().map(|mark| log_mark(props, mark)) }
            { label }
        </>
    }
}

/// Draws the span's part of the critical path as a line below its bar.
fn path_line(props: &SpanRowProps) -> Html {
    let pieces = props.path.as_ref().map(|path| path.pieces_of(props.index));
    let line = path_line::line(pieces.unwrap_or_default(), &props.axis);
    if line.is_empty() {
        return html! {};
    }
    html! {
        <svg key="path" class="path-line" viewBox={format!("0 0 {LINE_WIDTH} 1")} preserveAspectRatio="none" aria-hidden="true">
            <path d={line} />
        </svg>
    }
}

fn segment(number: usize, segment: &Segment, node: &Node) -> Html {
    let style = format!(
        "left:{:.3}%;width:{:.3}%",
        segment.left * 100.0,
        segment.width * 100.0
    );
    let title = match segment.hatch {
        Hatch::LongFrame => long_frame(node),
        hatch => hatch.description().to_owned(),
    };
    html! { <i key={number} class={segment.hatch.class()} {title} {style} /> }
}

/// The duration, or what is wrong with the times.
fn label(bar: &Bar, node: &Node) -> Html {
    let percent = |fraction: f64| (fraction * 100.0).max(0.0);
    let right = bar.left + bar.width;
    let (class, style) = match bar.label {
        LabelPosition::Right => ("bar-label", format!("left:{:.3}%", percent(right))),
        LabelPosition::Left => (
            "bar-label",
            format!("right:{:.3}%", percent(1.0 - bar.left)),
        ),
        LabelPosition::Inside => (
            "bar-label inside",
            format!("right:{:.3}%", percent(1.0 - right)),
        ),
        LabelPosition::Hidden => ("bar-label", "display:none".to_owned()),
    };
    let problem = time_problem(&node.span);
    let class = classes!(class, problem.is_some().then_some("warn"));
    let duration = || format::duration(node.span.duration_nano());
    html! { <span key="label" {class} {style}><b>{ problem.unwrap_or_else(duration) }</b></span> }
}

fn event_mark(node: &Node, mark: &Mark) -> Html {
    let name = text::isolated(&node.span.events[mark.first].name);
    let title = match mark.count - 1 {
        0 => name,
        more => format!("{name} and {} more", format::count(more as u64)),
    };
    let class = classes!(
        "event-mark",
        mark.has_error.then_some("exception"),
        (mark.count > 1).then_some("several")
    );
    html! {
        <i key={format!("event {}", mark.first)} {class} style={format!("left:{:.3}%", mark.left * 100.0)} {title} />
    }
}

fn log_mark(props: &SpanRowProps, mark: &Mark) -> Html {
    let log = &props.logs.logs[mark.first];
    let text = text::isolated(&log.body.to_string());
    let severity = log.severity();
    let title = match mark.count - 1 {
        0 => format!("Log {severity} {text}"),
        more => format!(
            "Log {severity} {text} and {} more",
            format::count(more as u64)
        ),
    };
    let class = classes!("log-mark", mark.has_error.then_some("severity-error"));
    html! {
        <i key={format!("log {}", mark.first)} {class} style={format!("left:{:.3}%", mark.left * 100.0)} {title} />
    }
}
