//! The open trace, or the reason why none is shown.

use std::rc::Rc;

use otel_web_yew::use_route_template;
use trace_model::{TraceId, TraceSummary};
use yew::prelude::*;

use super::{
    back_button::BackButton,
    notices::{FirstTrace, LoadError, StaleNotice},
    trace_header::TraceHeader,
    trace_view::TraceView,
};
use crate::{
    gateway::Error,
    hooks::{TraceLoad, Url, use_trace},
    live::Change,
    route::Screen,
};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TracePaneProps {
    pub(crate) url: Url,
    /// The trace list, whose summaries are shown until the spans are loaded.
    pub(crate) traces: Rc<Vec<Rc<TraceSummary>>>,
    pub(crate) change: Change,
    /// The traces that got log records.
    pub(crate) log_change: Change,
    /// Whether the gateway has no traces at all.
    pub(crate) empty: bool,
    /// Whether the gateway can link to the trace at Honeycomb.
    pub(crate) in_honeycomb: bool,
}

#[component]
pub(crate) fn TracePane(props: &TracePaneProps) -> Html {
    let id = props.url.view.trace();
    use_route_template(if id.is_some() {
        "/trace/:id"
    } else {
        "/traces"
    });
    let open = use_trace(id, &props.change);
    let content = match (&props.url.view.screen, open.load) {
        (Screen::List, _) if props.empty => html! { <FirstTrace /> },
        (Screen::List, _) => note(
            None,
            "No trace selected",
            "Select a trace to see where its time went.",
        ),
        (Screen::Sinks | Screen::Data | Screen::Overview(_), _) => html! {},
        (Screen::NotFound(text), _) => note(Some(&props.url), "Page not found", text),
        (Screen::Trace(id), TraceLoad::Ready(trace)) => {
            let notice = open.refresh_error.map(|error| html! {
                <StaleNotice key="stale" title="This trace is not up to date." text={error.to_string()} on_retry={open.retry} />
            });
            html! {
                <>
                    { for notice }
                    <TraceView key={id.to_string()} url={props.url.clone()} {trace} in_honeycomb={props.in_honeycomb} traces={props.traces.clone()} log_change={props.log_change.clone()} />
                </>
            }
        }
        (Screen::Trace(_), TraceLoad::Failed(Error::NotFound)) => note(
            Some(&props.url),
            "Trace not found",
            "If the trace is new, it appears here as soon as its first span arrives. \
             If it is old, the gateway may have deleted it.",
        ),
        (Screen::Trace(_), TraceLoad::Failed(error)) => {
            html! { <LoadError back={props.url.clone()} text={error.to_string()} on_retry={open.retry} /> }
        }
        (Screen::Trace(id), TraceLoad::Loading) => loading(props, *id),
    };
    html! { <div class="trace-pane">{ content }</div> }
}

fn note(back: Option<&Url>, title: &str, text: &str) -> Html {
    html! {
        <main class="note">
            if let Some(url) = back {
                <BackButton url={url.clone()} />
            }
            <h1>{ title }</h1>
            <p>{ text }</p>
        </main>
    }
}

/// Shows the trace's summary from the list, if there is one, until the spans are loaded.
fn loading(props: &TracePaneProps, id: TraceId) -> Html {
    let listed = props.traces.iter().find(|trace| trace.trace_id == id);
    let content = match listed {
        Some(summary) => html! {
            <TraceHeader key="header" url={props.url.clone()} summary={(**summary).clone()} in_honeycomb={props.in_honeycomb} />
        },
        None => html! {
            <div class="note" key="loading">
                <BackButton url={props.url.clone()} />
                <p role="status">{ "Loading…" }</p>
            </div>
        },
    };
    html! { <main class="trace">{ content }</main> }
}
