//! The page of sinks: the receivers of forwarded spans and log records, with counts and errors.

use std::rc::Rc;

use otel_web_yew::use_route_template;
use trace_model::{SinkState, SinkStatus, Status};
use yew::prelude::*;

use super::back_button::BackButton;
use crate::{
    format,
    hooks::{Url, use_now, use_title},
};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct SinksProps {
    pub(crate) url: Url,
    pub(crate) status: Option<Rc<Status>>,
}

#[component]
pub(crate) fn Sinks(props: &SinksProps) -> Html {
    use_route_template("/sinks");
    use_title("Sinks");
    let now = use_now();
    html! {
        <main class="sinks">
            <header class="trace-title">
                <BackButton url={props.url.clone()} />
                <h1>{ "Sinks" }</h1>
            </header>
            <p class="sinks-intro">{ "The gateway forwards spans to these receivers, independently of one another. Counts are spans since the gateway started." }</p>
            if let Some(status) = &props.status {
                { cards(status, now) }
            } else {
                <p class="note" role="status">{ "Loading…" }</p>
            }
        </main>
    }
}

fn cards(status: &Status, now: f64) -> Html {
    let logs = |sink: &SinkStatus| card(sink, format!("{}, log records", title(&sink.name)), now);
    html! {
        <>
            <div class="sink-cards" key="spans">{ for status.sinks.iter().map(|sink| card(sink, title(&sink.name).to_owned(), now)) }</div>
            <h2 class="sinks-intro" key="heading">{ "Log records" }</h2>
            <p class="sinks-intro" key="logs-intro">{ "Log records have queues of their own. X-Ray and Rollbar do not get them." }</p>
            <div class="sink-cards" key="logs">{ for status.logs.sinks.iter().map(logs) }</div>
        </>
    }
}

/// Shows a queue. A receiver has a queue for each kind of record, so the label names the kind, too.
fn card(sink: &SinkStatus, label: String, now: f64) -> Html {
    let (class, state) = match sink.state {
        SinkState::Off => ("off", "Off"),
        SinkState::On => ("live", "On"),
        SinkState::Failing => ("failed", "Failing"),
    };
    html! {
        <section key={sink.name.as_str()} class={classes!("sink-card", class)} aria-label={label}>
            <div class="sink-heading">
                <h2>{ title(&sink.name) }</h2>
                <span class={classes!("pill", class)}><i class="dot" aria-hidden="true" />{ state }</span>
            </div>
            if sink.state == SinkState::Off {
                <p class="sink-off">{ "To turn it on, set " }<code>{ variable(&sink.name) }</code>{ " and restart the gateway." }</p>
            } else {
                { running(sink, now) }
            }
        </section>
    }
}

fn running(sink: &SinkStatus, now: f64) -> Html {
    html! {
        <>
            <p class="sink-target">
                <code>{ sink.target.as_deref().unwrap_or_default() }</code>
                if let Some(account) = &sink.account {
                    <span>{ account }</span>
                }
            </p>
            <dl class="sink-figures">
                { figure("Sent", sink.sent, "good") }
                { figure("Waiting", sink.waiting, "") }
                { figure("Retried", sink.retried, "") }
                if sink.skipped > 0 {
                    { figure("Skipped: no exception", sink.skipped, "") }
                }
                for (reason, records) in &sink.dropped {
                    { figure(&format!("Dropped: {reason}"), *records, "warn") }
                }
            </dl>
            if let Some(error) = &sink.last_error {
                <p class="sink-error">
                    <b>{ "Last error" }{ sink.last_error_unix_ms.map(|at| ago(now, at)) }</b>
                    <span>{ error }</span>
                </p>
            }
        </>
    }
}

fn figure(name: &str, count: u64, class: &'static str) -> Html {
    let class = (count > 0).then_some(class);
    html! {
        <div key={name.to_owned()} {class}><dt>{ name }</dt><dd>{ format::count(count) }</dd></div>
    }
}

fn ago(now: f64, unix_ms: u64) -> String {
    match format::age(now - unix_ms as f64).as_str() {
        "just now" => ", just now".to_owned(),
        age => format!(", {age} ago"),
    }
}

/// The product name of a receiver.
pub(super) fn title(name: &str) -> &'static str {
    match name {
        "honeycomb" => "Honeycomb",
        "xray" => "AWS X-Ray",
        "rollbar" => "Rollbar",
        _ => "OTLP",
    }
}

/// The environment variable that turns a sink on.
fn variable(name: &str) -> &'static str {
    match name {
        "honeycomb" => "HONEYCOMB_API_KEY",
        "xray" => "AWS_XRAY_DAEMON_ADDRESS",
        "rollbar" => "ROLLBAR_ACCESS_TOKEN",
        _ => "OTEL_EXPORTER_OTLP_ENDPOINT",
    }
}
