//! The foot: what the gateway keeps, refused and passes on, in one line.

use std::rc::Rc;

use trace_model::{SinkState, SinkStatus, Status};
use yew::prelude::*;

use super::sinks::title;
use crate::{format, hooks::Url, live::Connection};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct StatusLineProps {
    pub(crate) url: Url,
    pub(crate) connection: Connection,
    pub(crate) status: Option<Rc<Status>>,
}

#[component]
pub(crate) fn StatusLine(props: &StatusLineProps) -> Html {
    let error = props
        .status
        .as_ref()
        .and_then(|status| status.store_error.clone());
    let (class, text) = match props.connection {
        Connection::Connecting => ("waiting", "connecting"),
        Connection::Open if error.is_some() => ("gone", "spans are not stored"),
        Connection::Open => ("live", "edge healthy"),
        Connection::Gone(_) => ("gone", "gateway not answering"),
    };
    html! {
        <footer class="status" aria-label="Gateway">
            <span class={classes!("edge", class)} title={error}><i class="dot" aria-hidden="true" />{ text }</span>
            <span class="status-facts">
                if let Some(status) = &props.status {
                    { facts(status, &props.url) }
                }
            </span>
        </footer>
    }
}

fn facts(status: &Status, url: &Url) -> Html {
    let on = |sink: &&SinkStatus| sink.state != SinkState::Off;
    let sinks: Html = status.sinks.iter().filter(on).map(sink).collect();
    html! {
        <>
            <span key="kept"><b>{ format::count(status.spans_kept) }</b>{ " spans kept" }</span>
            <span key="traces"><b>{ format::count(status.traces_kept) }</b>{ " traces" }</span>
            for (reason, count) in &status.rejected {
                <span key={format!("rejected {reason}")} class="warn"><b>{ format::count(*count) }</b>{ " rejected: " }{ reason }</span>
            }
            { sinks }
            { to_sinks(url, status) }
        </>
    }
}

/// On a phone it is all that shows which of them fail.
fn to_sinks(url: &Url, status: &Status) -> Html {
    let failing = |sink: &SinkStatus| sink.state == SinkState::Failing;
    let warn = status.sinks.iter().any(failing).then_some("warn");
    let view = url.view.with_sinks();
    let href = Url::href(&view);
    let url = url.clone();
    let onclick = Callback::from(move |event: MouseEvent| {
        event.prevent_default();
        url.push(&view);
    });
    html! { <a key="sinks" class={classes!("sinks-link", warn)} {href} {onclick} data-otel-action="sinks.open">{ "Sinks" }</a> }
}

fn sink(sink: &SinkStatus) -> Html {
    let key = format!("sink {}", sink.name);
    let name = title(&sink.name);
    let failing = sink.state == SinkState::Failing;
    html! {
        <span {key} class={classes!("sink-facts", failing.then_some("warn"))} title={sink.last_error.clone()}>
            { name }{ " " }
            <b class={(!failing).then_some("good")}>{ "sent " }{ format::count(sink.sent) }</b>
            { " · waiting " }{ format::count(sink.waiting) }
            for (reason, count) in &sink.dropped {
                <span key={reason.as_str()} class="warn">{ " · dropped " }{ format::count(*count) }{ ": " }{ reason }</span>
            }
            if let Some(error) = sink.last_error.as_ref().filter(|_| failing) {
                <span key="last error">{ " · " }{ error }</span>
            }
        </span>
    }
}
