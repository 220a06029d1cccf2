//! The foot: what the gateway keeps, refused and passes on, in one line.

use std::rc::Rc;

use trace_model::{LastRefusal, SinkState, SinkStatus, Status};
use yew::prelude::*;

use super::sinks::title;
use crate::{
    format,
    hooks::{Url, use_now},
    live::Connection,
};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct StatusLineProps {
    pub(crate) url: Url,
    pub(crate) connection: Connection,
    pub(crate) status: Option<Rc<Status>>,
}

/// How long after a refused request the line is not green. A sender whose spans are all
/// refused tries again sooner than that.
const RECENT_REFUSAL_MS: f64 = 10.0 * 60.0 * 1000.0;

#[component]
pub(crate) fn StatusLine(props: &StatusLineProps) -> Html {
    let now = use_now();
    let edge = Edge::of(props.connection, props.status.as_deref(), now);
    html! {
        <footer class="status" aria-label="Gateway">
            <span class={classes!("edge", edge.class)} title={edge.reason}><i class="dot" aria-hidden="true" />{ edge.text }</span>
            <span class="status-facts">
                if let Some(status) = &props.status {
                    { facts(status, &props.url) }
                }
            </span>
        </footer>
    }
}

/// Whether spans are taken, in a word and a colour.
#[derive(Debug, PartialEq, Eq)]
struct Edge {
    class: &'static str,
    text: &'static str,
    reason: Option<String>,
}

impl Edge {
    fn of(connection: Connection, status: Option<&Status>, now: f64) -> Self {
        let error = status.and_then(|status| status.store_error.clone());
        let refusal = status.and_then(|status| status.last_refusal.as_ref());
        let refusal = refusal.filter(|refusal| now - (refusal.unix_ms as f64) < RECENT_REFUSAL_MS);
        let (class, text, reason) = match connection {
            Connection::Connecting => ("waiting", "connecting", None),
            Connection::Gone(_) => ("gone", "gateway not answering", None),
            Connection::Open if error.is_some() => ("gone", "spans are not stored", error),
            Connection::Open => match refusal {
                Some(refusal) => ("warn", "requests are refused", Some(told(refusal))),
                None => ("live", "edge healthy", None),
            },
        };
        Self {
            class,
            text,
            reason,
        }
    }
}

fn told(refusal: &LastRefusal) -> String {
    format!("{} was told: {}", refusal.client, refusal.message)
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
            for (reason, count) in &status.repaired {
                <span key={format!("repaired {reason}")} class="warn"><b>{ format::count(*count) }</b>{ " repaired: " }{ reason }</span>
            }
            for (reason, count) in &status.refused {
                <span key={format!("refused {reason}")} class="warn" title={last_told(status, reason)}><b>{ format::count(*count) }</b>{ " refused: " }{ reason }</span>
            }
            { sinks }
            { to_sinks(url, status) }
        </>
    }
}

/// What the latest client was told that was refused for this reason.
fn last_told(status: &Status, reason: &str) -> Option<String> {
    let last = status.last_refusal.as_ref();
    last.filter(|last| last.reason == reason).map(told)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn refused_at(unix_ms: u64) -> Status {
        Status {
            last_refusal: Some(LastRefusal {
                reason: "content_type".to_owned(),
                message: "send application/x-protobuf".to_owned(),
                client: "203.0.113.9".to_owned(),
                unix_ms,
            }),
            ..Status::default()
        }
    }

    fn text(status: &Status, now: f64) -> (&'static str, &'static str) {
        let edge = Edge::of(Connection::Open, Some(status), now);
        (edge.class, edge.text)
    }

    #[test]
    fn a_recent_refusal_is_not_green_and_says_what_the_client_was_told() {
        let status = refused_at(1_000_000);
        let edge = Edge::of(Connection::Open, Some(&status), 1_060_000.0);
        assert_eq!((edge.class, edge.text), ("warn", "requests are refused"));
        let reason = edge.reason.unwrap();
        assert_eq!(reason, "203.0.113.9 was told: send application/x-protobuf");
        let later = 1_000_000.0 + RECENT_REFUSAL_MS;
        assert_eq!(text(&status, later), ("live", "edge healthy"));
        assert_eq!(text(&Status::default(), later), ("live", "edge healthy"));
    }

    #[test]
    fn a_store_that_fails_comes_before_a_refusal() {
        let mut status = refused_at(1_000_000);
        status.store_error = Some("disk full".to_owned());
        assert_eq!(text(&status, 1_000_001.0), ("gone", "spans are not stored"));
    }
}
