//! The open trace: its header, its waterfall, and the details of one span.

use std::{collections::BTreeSet, rc::Rc};

use otel_web_yew::use_route_template;
use trace_model::{CriticalPath, Parent, Trace, TraceId, TraceSummary};
use yew::prelude::*;

use super::{
    collapse::{is_collapsed, set_collapsed, toggle},
    details::Details,
    flame_graph::FlameGraph,
    legend::Legend,
    mini_map::MiniMap,
    notices::{FirstTrace, LoadError, StaleNotice},
    statistics::Statistics,
    trace_header::TraceHeader,
    trace_tabs::TraceTabs,
    verdict::Verdict,
    waterfall::Waterfall,
};
use crate::{
    gateway::Error,
    hooks::{Key, TraceLoad, Url, use_keys, use_latest, use_trace},
    layout::{
        axis::Axis,
        rows::{self, Row},
    },
    live::Change,
    route::Screen,
    shared::Shared,
    span_ref::{self, SpanRef},
    tab::Tab,
    text,
};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TracePaneProps {
    pub(crate) url: Url,
    /// The trace list, whose summaries are shown until the spans are loaded.
    pub(crate) traces: Rc<Vec<Rc<TraceSummary>>>,
    pub(crate) change: Change,
    /// Whether the gateway has no traces at all.
    pub(crate) empty: bool,
    /// Whether the gateway can link to the trace at Honeycomb.
    pub(crate) in_honeycomb: bool,
}

#[component]
pub(crate) fn TracePane(props: &TracePaneProps) -> Html {
    let id = props.url.view.trace();
    use_route_template(if id.is_some() { "/trace/:id" } else { "/" });
    let open = use_trace(id, &props.change);
    let content = match (&props.url.view.screen, open.load) {
        (Screen::List, _) if props.empty => html! { <FirstTrace /> },
        (Screen::List, _) => note(
            "No trace selected",
            "Select a trace to see where its time went.",
        ),
        (Screen::Sinks, _) => html! {},
        (Screen::NotFound(text), _) => note("Page not found", text),
        (Screen::Trace(id), TraceLoad::Ready(trace)) => {
            let notice = open.refresh_error.map(|error| html! {
                <StaleNotice key="stale" title="This trace is not up to date." text={error.to_string()} on_retry={open.retry} />
            });
            html! {
                <>
                    { for notice }
                    <TraceView key={id.to_string()} url={props.url.clone()} {trace} in_honeycomb={props.in_honeycomb} />
                </>
            }
        }
        (Screen::Trace(_), TraceLoad::Failed(Error::NotFound)) => note(
            "Trace not found",
            "If the trace is new, it appears here as soon as its first span arrives. \
             If it is old, the gateway may have deleted it.",
        ),
        (Screen::Trace(_), TraceLoad::Failed(error)) => {
            html! { <LoadError text={error.to_string()} on_retry={open.retry} /> }
        }
        (Screen::Trace(id), TraceLoad::Loading) => loading(props, *id),
    };
    html! { <div class="trace-pane">{ content }</div> }
}

fn note(title: &str, text: &str) -> Html {
    html! { <main class="note"><h1>{ title }</h1><p>{ text }</p></main> }
}

/// Shows the trace's summary from the list, if there is one, until the spans are loaded.
fn loading(props: &TracePaneProps, id: TraceId) -> Html {
    let listed = props.traces.iter().find(|trace| trace.trace_id == id);
    let content = match listed {
        Some(summary) => html! {
            <TraceHeader key="header" url={props.url.clone()} summary={(**summary).clone()} in_honeycomb={props.in_honeycomb} />
        },
        None => html! { <p class="note" key="loading">{ "Loading…" }</p> },
    };
    html! { <main class="trace">{ content }</main> }
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TraceViewProps {
    pub(crate) url: Url,
    pub(crate) trace: Shared<Trace>,
    pub(crate) in_honeycomb: bool,
}

#[component]
pub(crate) fn TraceView(props: &TraceViewProps) -> Html {
    let TraceViewProps {
        url,
        trace,
        in_honeycomb,
    } = props;
    let zoom = use_state_eq(|| None::<(f64, f64)>);
    let axis = match *zoom {
        Some((from, to)) => Axis::part(trace.extent(), from, to),
        None => Axis::whole(trace.extent()),
    };
    let collapsed = use_memo(
        (trace.clone(), url.view.collapsed.clone()),
        |(trace, spans)| span_ref::indices(trace, spans),
    );
    let path = use_path(trace);
    let only = path.as_ref().filter(|_| url.view.is_path_only);
    let rows = use_rows(trace, &collapsed, only);
    let summary = use_memo(trace.clone(), |trace| trace.summary());
    let selected = selected(trace, url.view.span);
    let on_select = use_on_select(url, trace);
    use_trace_keys(url, trace, &rows, selected, &on_select);
    use_title(&summary.name);
    let on_zoom = Callback::from(move |part| zoom.set(part));
    let tab = match url.view.tab {
        Tab::Waterfall => html! {
            <>
                <MiniMap trace={trace.clone()} {axis} {on_zoom} />
                <Legend trace={trace.clone()} has_path={path.is_some()} />
                <Waterfall url={url.clone()} trace={trace.clone()} {axis} {rows} {collapsed} path={path.clone()} {selected} on_select={on_select.clone()} />
            </>
        },
        Tab::Statistics => html! {
            <Statistics trace={trace.clone()} path={path.clone()} on_select={on_select.clone()} />
        },
        Tab::FlameGraph => html! {
            <FlameGraph trace={trace.clone()} on_select={on_select.clone()} />
        },
    };
    let is_open = url.view.span.is_some();
    let missing = url.view.span.filter(|span| span.index_in(trace).is_none());
    html! {
        <>
            <main class="trace" key="trace">
                <TraceHeader url={url.clone()} summary={(*summary).clone()} in_honeycomb={*in_honeycomb} />
                if let Some(path) = &path {
                    <Verdict key="verdict" url={url.clone()} trace={trace.clone()} path={path.clone()} on_select={on_select.clone()} />
                }
                <TraceTabs key="tabs" url={url.clone()} />
                { tab }
            </main>
            <aside key="details" class={classes!("details", is_open.then_some("open"))} aria-label="Span">
                if let Some(span) = missing {
                    <p key="missing" class="missing-span" role="status">
                        { "The span in the address, " }<code>{ span.id.to_string() }</code>{ ", is not in this trace. It may not have arrived yet." }
                    </p>
                }
                if let Some(index) = selected {
                    <Details key={index} url={url.clone()} trace={trace.clone()} {index} />
                }
            </aside>
        </>
    }
}

#[hook]
fn use_rows(
    trace: &Shared<Trace>,
    collapsed: &Rc<BTreeSet<usize>>,
    path: Option<&Shared<CriticalPath>>,
) -> Rc<Vec<Row>> {
    let deps = (trace.clone(), collapsed.clone(), path.cloned());
    use_memo(deps, |(trace, collapsed, path)| {
        rows::rows(trace, collapsed, path.as_deref())
    })
}

/// Returns the critical path of the main span, unless that has no duration.
#[hook]
fn use_path(trace: &Shared<Trace>) -> Option<Shared<CriticalPath>> {
    let path = use_memo(trace.clone(), |trace| {
        let path = trace.critical_path(trace.main_index()?);
        (!path.pieces().is_empty()).then(|| Shared::new(path))
    });
    (*path).clone()
}

/// Returns the span in the address, or else the main span of the trace.
fn selected(trace: &Trace, span: Option<SpanRef>) -> Option<usize> {
    let main = || {
        let main = trace.main_node()?;
        let mut nodes = trace.nodes().iter();
        nodes.position(|node| std::ptr::eq(node, main))
    };
    span.and_then(|span| span.index_in(trace)).or_else(main)
}

/// Returns a callback that selects the span at an index. It does not change with the address, so
/// that rows do not render without need.
#[hook]
fn use_on_select(url: &Url, trace: &Shared<Trace>) -> Callback<usize> {
    let url = use_latest(url);
    use_callback(trace.clone(), move |index: usize, trace| {
        url.borrow().select_span(SpanRef::of(trace, index));
    })
}

/// Sets the title of the browser's tab, which also names the history entry.
#[hook]
fn use_title(name: &str) {
    use_effect_with(name.to_owned(), |name| {
        let document = web_sys::window().and_then(|window| window.document());
        if let Some(document) = &document {
            document.set_title(&format!("{} · Traces", text::isolated(name)));
        }
        move || {
            if let Some(document) = document {
                document.set_title("Traces");
            }
        }
    });
}

#[hook]
fn use_trace_keys(
    url: &Url,
    trace: &Shared<Trace>,
    rows: &Rc<Vec<Row>>,
    selected: Option<usize>,
    on_select: &Callback<usize>,
) {
    let deps = (url.clone(), trace.clone(), selected);
    let (url, trace, rows, on_select) =
        (url.clone(), trace.clone(), rows.clone(), on_select.clone());
    use_keys(deps, move |key| {
        let Some(selected) = selected else {
            return false;
        };
        let select = |index: Option<usize>| {
            if let Some(index) = index {
                on_select.emit(index);
            }
        };
        match key {
            // Other views have keys of their own.
            _ if url.view.tab != Tab::Waterfall => return false,
            Key::Down => select(rows::neighbor(&rows, selected, 1)),
            Key::Up => select(rows::neighbor(&rows, selected, -1)),
            Key::Left => collapse_or_select_parent(&url, &trace, selected, &on_select),
            Key::Right => set_collapsed(&url, &trace, selected, false),
            Key::Enter if url.view.span.is_some() => toggle(&url, &trace, selected),
            Key::Enter => select(Some(selected)),
            _ => return false,
        }
        true
    });
}

/// The left arrow key, as in other tree views.
fn collapse_or_select_parent(url: &Url, trace: &Trace, index: usize, on_select: &Callback<usize>) {
    let node = &trace.nodes()[index];
    if node.descendants > 0 && !is_collapsed(url, trace, index) {
        set_collapsed(url, trace, index, true);
    } else if let Parent::Node(parent) = node.parent {
        on_select.emit(parent);
    }
}
