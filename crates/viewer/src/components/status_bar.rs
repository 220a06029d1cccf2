//! The status bar: stored, rejected and forwarded spans, in one line.

use std::rc::Rc;

use trace_model::{LastRefusal, SinkState, SinkStatus, Status};
use yew::prelude::*;

use super::{link::Link, sinks::title};
use crate::{
    format,
    hooks::{Url, use_now},
    live::Connection,
};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct StatusBarProps {
    pub(crate) url: Url,
    pub(crate) connection: Connection,
    pub(crate) status: Option<Rc<Status>>,
}

/// How long a refused request is reported. A sender whose requests are all refused retries sooner.
const RECENT_REFUSAL_MS: f64 = 10.0 * 60.0 * 1000.0;

#[component]
pub(crate) fn StatusBar(props: &StatusBarProps) -> Html {
    let now = use_now();
    let health = Health::of(props.connection, props.status.as_deref(), now);
    html! {
        <footer class="status" aria-label="Gateway">
            <span class={classes!("health", health.class)} title={health.reason}><i class="dot" aria-hidden="true" />{ health.text }</span>
            <span class="status-items">
                if let Some(status) = &props.status {
                    { items(status, &props.url) }
                }
            </span>
        </footer>
    }
}

/// Whether the gateway accepts and stores spans.
#[derive(Debug, PartialEq, Eq)]
struct Health {
    class: &'static str,
    text: &'static str,
    reason: Option<String>,
}

impl Health {
    fn of(connection: Connection, status: Option<&Status>, now: f64) -> Self {
        let error = status.and_then(|status| status.store_error.clone());
        let refusal = status.and_then(|status| status.last_refusal.as_ref());
        let refusal = refusal.filter(|refusal| now - (refusal.unix_ms as f64) < RECENT_REFUSAL_MS);
        let (class, text, reason) = match connection {
            Connection::Connecting => ("waiting", "connecting", None),
            Connection::Lost { .. } => ("failed", "gateway cannot be reached", None),
            Connection::Open if error.is_some() => ("failed", "spans are not stored", error),
            Connection::Open => match refusal {
                Some(refusal) => ("warn", "requests are refused", Some(describe(refusal))),
                None => ("live", "accepting spans", None),
            },
        };
        Self {
            class,
            text,
            reason,
        }
    }
}

fn describe(refusal: &LastRefusal) -> String {
    format!("Response to {}: {}", refusal.client, refusal.message)
}

fn items(status: &Status, url: &Url) -> Html {
    let on = |sink: &&SinkStatus| sink.state != SinkState::Off;
    let sinks: Html = status.sinks.iter().filter(on).map(sink).collect();
    html! {
        <>
            <span key="spans"><b>{ format::count(status.spans_kept) }</b>{ " span" }{ format::plural(status.spans_kept) }{ " stored" }</span>
            <span key="traces"><b>{ format::count(status.traces_kept) }</b>{ " trace" }{ format::plural(status.traces_kept) }</span>
            for (reason, count) in &status.rejected {
                <span key={format!("rejected {reason}")} class="warn"><b>{ format::count(*count) }</b>{ " rejected: " }{ reason }</span>
            }
            for (reason, count) in &status.repaired {
                <span key={format!("repaired {reason}")} class="warn"><b>{ format::count(*count) }</b>{ " repaired: " }{ reason }</span>
            }
            for (reason, count) in &status.refused {
                <span key={format!("refused {reason}")} class="warn" title={last_response(status, reason)}><b>{ format::count(*count) }</b>{ " refused: " }{ reason }</span>
            }
            { sinks }
            <span key="links" class="status-links">
                <Link url={url.clone()} view={url.view.with_data()}>{ "Data" }</Link>
                { sinks_link(url, status) }
            </span>
        </>
    }
}

/// Describes the response to the latest request that was refused for this reason.
fn last_response(status: &Status, reason: &str) -> Option<String> {
    let last = status.last_refusal.as_ref();
    last.filter(|last| last.reason == reason).map(describe)
}

/// On a phone, only this link shows that a sink fails.
fn sinks_link(url: &Url, status: &Status) -> Html {
    let failing = |sink: &SinkStatus| sink.state == SinkState::Failing;
    let warn = status.sinks.iter().any(failing).then_some("warn");
    let view = url.view.with_sinks();
    let href = Url::href(&view);
    let url = url.clone();
    let onclick = Callback::from(move |event: MouseEvent| {
        event.prevent_default();
        url.push(&view);
    });
    html! { <a class={classes!(warn)} {href} {onclick} data-otel-action="sinks.open">{ "Sinks" }</a> }
}

fn sink(sink: &SinkStatus) -> Html {
    let key = format!("sink {}", sink.name);
    let name = title(&sink.name);
    let failing = sink.state == SinkState::Failing;
    html! {
        <span {key} class={classes!("sink-status", failing.then_some("warn"))} title={sink.last_error.clone()}>
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
        let health = Health::of(Connection::Open, Some(status), now);
        (health.class, health.text)
    }

    #[test]
    fn a_recent_refusal_is_a_warning_with_the_response() {
        let status = refused_at(1_000_000);
        let health = Health::of(Connection::Open, Some(&status), 1_060_000.0);
        assert_eq!(
            (health.class, health.text),
            ("warn", "requests are refused")
        );
        let reason = health.reason.unwrap();
        assert_eq!(
            reason,
            "Response to 203.0.113.9: send application/x-protobuf"
        );
        let later = 1_000_000.0 + RECENT_REFUSAL_MS;
        assert_eq!(text(&status, later), ("live", "accepting spans"));
        assert_eq!(text(&Status::default(), later), ("live", "accepting spans"));
    }

    #[test]
    fn a_store_error_takes_precedence_over_a_refusal() {
        let mut status = refused_at(1_000_000);
        status.store_error = Some("disk full".to_owned());
        assert_eq!(
            text(&status, 1_000_001.0),
            ("failed", "spans are not stored")
        );
    }
}
