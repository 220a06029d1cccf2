//! The foot: what the gateway keeps, refused and passes on, in one line.

use std::rc::Rc;

use trace_model::{SinkState, SinkStatus, Status};
use yew::prelude::*;

use crate::{format, live::Connection};

#[derive(Clone, Debug, PartialEq, Properties)]
pub(crate) struct StatusLineProps {
    pub(crate) connection: Connection,
    pub(crate) status: Option<Rc<Status>>,
}

#[component]
pub(crate) fn StatusLine(props: &StatusLineProps) -> Html {
    let (class, text) = match props.connection {
        Connection::Connecting => ("waiting", "connecting"),
        Connection::Open => ("live", "edge healthy"),
        Connection::Gone(_) => ("gone", "gateway not answering"),
    };
    html! {
        <footer class="status" aria-label="Gateway">
            <span class={classes!("edge", class)}><i class="dot" aria-hidden="true" />{ text }</span>
            <span class="status-facts">
                if let Some(status) = &props.status {
                    { facts(status) }
                }
            </span>
        </footer>
    }
}

fn facts(status: &Status) -> Html {
    html! {
        <>
            <span key="kept"><b>{ format::count(status.spans_kept) }</b>{ " spans kept" }</span>
            <span key="traces"><b>{ format::count(status.traces_kept) }</b>{ " traces" }</span>
            for (reason, count) in &status.rejected {
                <span key={format!("rejected {reason}")} class="warn"><b>{ format::count(*count) }</b>{ " rejected: " }{ reason }</span>
            }
            { for status.sinks.iter().map(sink) }
        </>
    }
}

fn sink(sink: &SinkStatus) -> Html {
    let key = format!("sink {}", sink.name);
    let name = title(&sink.name);
    if sink.state == SinkState::Off {
        return html! { <span {key}>{ name }{ " " }<b>{ "off" }</b></span> };
    }
    let failing = sink.state == SinkState::Failing;
    html! {
        <span {key} class={failing.then_some("warn")} title={sink.last_error.clone()}>
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

/// `honeycomb` → `Honeycomb`.
fn title(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}
