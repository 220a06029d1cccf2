//! The open trace: its header, its waterfall, and the details of one span.

use std::rc::Rc;

use otel_web_yew::use_route_template;
use trace_model::{Parent, SpanId, Trace, TraceId, TraceSummary};
use yew::prelude::*;

use super::{
    details::Details,
    empty::{Empty, Failed, NotUpToDate},
    legend::Legend,
    mini_map::MiniMap,
    trace_header::TraceHeader,
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
    route::Place,
    shared::Shared,
    text,
};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TracePaneProps {
    pub(crate) url: Url,
    /// Known summaries: a header to show while the spans are on their way.
    pub(crate) traces: Rc<Vec<Rc<TraceSummary>>>,
    pub(crate) change: Change,
    /// The gateway answered, and has nothing at all.
    pub(crate) empty: bool,
    /// The trace's page at Honeycomb can be linked to.
    pub(crate) in_honeycomb: bool,
}

#[component]
pub(crate) fn TracePane(props: &TracePaneProps) -> Html {
    let id = props.url.view.trace();
    use_route_template(if id.is_some() { "/trace/:id" } else { "/" });
    let open = use_trace(id, &props.change);
    let content = match (&props.url.view.place, open.load) {
        (Place::List, _) if props.empty => html! { <Empty /> },
        (Place::List, _) => note("Choose a trace", "It shows where its time went."),
        (Place::Sinks, _) => html! {},
        (Place::Nowhere(text), _) => note("Nothing here", text),
        (Place::Trace(id), TraceLoad::Ready(trace)) => {
            let problem = open.problem.map(|error| html! {
                <NotUpToDate key="problem" what="This trace is not up to date." text={error.to_string()} on_retry={open.retry} />
            });
            html! {
                <>
                    { for problem }
                    <TraceView key={id.to_string()} url={props.url.clone()} {trace} in_honeycomb={props.in_honeycomb} />
                </>
            }
        }
        (Place::Trace(_), TraceLoad::Failed(Error::NotFound)) => note(
            "This trace is not here",
            "It may still be on its way: it appears as soon as its first span arrives. \
             Or it is older than what the gateway keeps.",
        ),
        (Place::Trace(_), TraceLoad::Failed(error)) => {
            html! { <Failed text={error.to_string()} on_retry={open.retry} /> }
        }
        (Place::Trace(id), TraceLoad::Loading) => loading(props, *id),
    };
    html! { <div class="trace-pane">{ content }</div> }
}

fn note(title: &str, text: &str) -> Html {
    html! { <main class="note"><h1>{ title }</h1><p>{ text }</p></main> }
}

/// What the list knows of the trace, while its spans are on their way.
fn loading(props: &TracePaneProps, id: TraceId) -> Html {
    let known = props.traces.iter().find(|trace| trace.trace_id == id);
    let header = known.map(|summary| {
        html! { <TraceHeader url={props.url.clone()} summary={(**summary).clone()} in_honeycomb={props.in_honeycomb} /> }
    });
    let unknown = header
        .is_none()
        .then(|| html! { <p class="note" key="loading">{ "Loading…" }</p> });
    html! { <main class="trace">{ for header }{ for unknown }</main> }
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
    let rows = use_memo(
        (trace.clone(), url.view.collapsed.clone()),
        |(trace, collapsed)| rows::rows(trace, collapsed),
    );
    let summary = use_memo(trace.clone(), |trace| trace.summary());
    let picked = use_state_eq(|| None::<usize>);
    let selected = selected(trace, url.view.span, *picked);
    let pick = use_pick(url, trace, &picked);
    use_span_keys(url, trace, &rows, selected, &pick);
    use_title(&summary.name);
    let on_zoom = Callback::from(move |part| zoom.set(part));
    let explicit = url.view.span.is_some();
    let missing = url.view.span.filter(|id| !has_span(trace, *id));
    html! {
        <>
            <main class="trace" key="trace">
                <TraceHeader url={url.clone()} summary={(*summary).clone()} in_honeycomb={*in_honeycomb} />
                <MiniMap trace={trace.clone()} {axis} {on_zoom} />
                <Legend trace={trace.clone()} />
                <Waterfall url={url.clone()} trace={trace.clone()} {axis} {rows} {selected} on_select={pick} />
            </main>
            <aside key="details" class={classes!("details", explicit.then_some("explicit"))} aria-label="Span">
                if let Some(id) = missing {
                    <p key="missing" class="missing-span" role="status">
                        { "The span of this address, " }<code>{ id.to_string() }</code>{ ", is not in this trace. It may still be on its way." }
                    </p>
                }
                if let Some(index) = selected {
                    <Details key={index} url={url.clone()} trace={trace.clone()} {index} />
                }
            </aside>
        </>
    }
}

fn has_span(trace: &Trace, id: SpanId) -> bool {
    let mut nodes = trace.nodes().iter();
    nodes.any(|node| node.span.span_id == id)
}

/// The span in the address; without one, the span that stands for the trace. Two spans may
/// share an id: then it is the one that was picked.
fn selected(trace: &Trace, span: Option<SpanId>, picked: Option<usize>) -> Option<usize> {
    let nodes = trace.nodes();
    let main = || trace.main_node().map(|node| node.span.span_id);
    let id = span.filter(|id| has_span(trace, *id)).or_else(main)?;
    let has_id = |index: &usize| {
        nodes
            .get(*index)
            .is_some_and(|node| node.span.span_id == id)
    };
    picked
        .filter(has_id)
        .or_else(|| (0..nodes.len()).find(has_id))
}

/// Selects a span by its index. Stays the same while the address changes, so that rows do not
/// render for nothing.
#[hook]
fn use_pick(
    url: &Url,
    trace: &Shared<Trace>,
    picked: &UseStateHandle<Option<usize>>,
) -> Callback<usize> {
    let url = use_latest(url);
    let picked = picked.clone();
    use_callback(trace.clone(), move |index: usize, trace| {
        picked.set(Some(index));
        let id = trace.nodes()[index].span.span_id;
        url.borrow().select_span(id);
    })
}

/// Names the browser's tab, and so its history.
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
fn use_span_keys(
    url: &Url,
    trace: &Shared<Trace>,
    rows: &Rc<Vec<Row>>,
    selected: Option<usize>,
    pick: &Callback<usize>,
) {
    let (url, trace, rows, pick) = (url.clone(), trace.clone(), rows.clone(), pick.clone());
    use_keys((url.clone(), trace.clone(), selected), move |key| {
        let Some(selected) = selected else {
            return false;
        };
        match key {
            Key::Down => select(&pick, rows::neighbour(&rows, selected, 1)),
            Key::Up => select(&pick, rows::neighbour(&rows, selected, -1)),
            Key::Left => collapse_or_leave(&url, &trace, selected, &pick),
            Key::Right => fold(&url, &trace, selected, false),
            Key::Enter if url.view.span.is_some() => toggle(&url, &trace, selected),
            Key::Enter => select(&pick, Some(selected)),
            _ => return false,
        }
        true
    });
}

fn select(pick: &Callback<usize>, index: Option<usize>) {
    if let Some(index) = index {
        pick.emit(index);
    }
}

fn is_collapsed(url: &Url, trace: &Trace, index: usize) -> bool {
    let id = trace.nodes()[index].span.span_id;
    url.view.collapsed.contains(&id)
}

pub(super) fn toggle(url: &Url, trace: &Trace, index: usize) {
    fold(url, trace, index, !is_collapsed(url, trace, index));
}

fn fold(url: &Url, trace: &Trace, index: usize, collapsed: bool) {
    let node = &trace.nodes()[index];
    if node.descendants > 0 && is_collapsed(url, trace, index) != collapsed {
        url.replace(&url.view.with_collapsed(node.span.span_id, collapsed));
    }
}

/// As in every tree: close it, or go to what it is part of.
fn collapse_or_leave(url: &Url, trace: &Trace, index: usize, pick: &Callback<usize>) {
    let node = &trace.nodes()[index];
    if node.descendants > 0 && !is_collapsed(url, trace, index) {
        fold(url, trace, index, true);
    } else if let Parent::Node(parent) = node.parent {
        pick.emit(parent);
    }
}
