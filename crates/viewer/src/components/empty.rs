//! Lists without traces: each says what to do about it.

use yew::prelude::*;

use super::copy::CopyButton;
use crate::{
    base,
    hooks::Url,
    query::{self, Condition},
};

/// Nothing has arrived yet.
#[component]
pub(crate) fn Empty() -> Html {
    let origin = base::url("").trim_end_matches('/').to_owned();
    let command = first_trace(&origin);
    html! {
        <main class="note">
            <h1>{ "Waiting for the first trace" }</h1>
            <p>{ "Open the page you trace and click something: it appears here by itself." }</p>
            <p>
                { "Anything that speaks OTLP over HTTP can send to " }
                <code>{ "OTEL_EXPORTER_OTLP_ENDPOINT=" }{ &origin }</code>
                { ". Or make one trace by hand:" }
            </p>
            <div class="command">
                <pre tabindex="0">{ &command }</pre>
                <CopyButton text={command.clone()} label="Copy the command" />
            </div>
        </main>
    }
}

/// A shell command that sends one span of 25 ms that ended just now.
fn first_trace(origin: &str) -> String {
    format!(
        r#"now=$(date +%s)
curl {origin}/v1/traces -H 'content-type: application/json' -d '{{"resourceSpans":[{{
 "resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"shell"}}}}]}},
 "scopeSpans":[{{"spans":[{{"traceId":"'$(openssl rand -hex 16)'","spanId":"'$(openssl rand -hex 8)'",
  "name":"hello","startTimeUnixNano":"'$now'000000000","endTimeUnixNano":"'$now'025000000"}}]}}]}}]}}'"#
    )
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct NoMatchProps {
    pub(crate) url: Url,
    /// The gateway looked at every trace.
    pub(crate) searched_all: bool,
}

/// Nothing matches the query, which is shown as it was understood.
#[component]
pub(crate) fn NoMatch(props: &NoMatchProps) -> Html {
    let url = props.url.clone();
    let query = query::parse(&url.view.query).query;
    let onclick = Callback::from(move |_| url.push(&url.view.with_query(String::new())));
    let title = if props.searched_all {
        "Nothing matches"
    } else {
        "Nothing matches so far"
    };
    html! {
        <div class="note">
            <h3>{ title }</h3>
            <ul class="terms">
                for (index, term) in query.terms.iter().enumerate() {
                    <li key={index}><code>{ term.to_string() }</code><span>{ meaning(&term.condition) }</span></li>
                }
            </ul>
            <p>{ "New traces that match will appear here." }</p>
            <button class="button" {onclick}>{ "Show all traces" }</button>
        </div>
    }
}

fn meaning(condition: &Condition) -> &'static str {
    match condition {
        Condition::Text(_) => "this text, anywhere",
        Condition::Service(_) => "a service of exactly this name",
        Condition::Name(_) => "part of the trace's name",
        Condition::Status(_) => "whether a span failed",
        Condition::Kind(_) => "a span of this kind",
        Condition::Duration(..) => "how long the trace took",
        Condition::Attribute { .. } => "an attribute",
        Condition::KeyValue { .. } => {
            "an attribute of exactly this value, or this text; in quotes it is text only"
        }
        Condition::Trace(_) => "the trace's id",
        Condition::Since(_) => "when the trace started",
        _ => "",
    }
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct FailedProps {
    pub(crate) text: String,
    pub(crate) on_retry: Callback<()>,
}

/// The gateway did not give what was asked for.
#[component]
pub(crate) fn Failed(props: &FailedProps) -> Html {
    html! {
        <div class="note">
            <h3>{ "Not loaded" }</h3>
            <p role="status">{ &props.text }</p>
            <button class="button" onclick={props.on_retry.reform(|_| ())}>{ "Try again" }</button>
        </div>
    }
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct NotUpToDateProps {
    pub(crate) what: AttrValue,
    pub(crate) text: String,
    pub(crate) on_retry: Callback<()>,
}

/// What is shown could not be brought up to date.
#[component]
pub(crate) fn NotUpToDate(props: &NotUpToDateProps) -> Html {
    html! {
        <div class="not-up-to-date" role="status">
            <strong>{ &props.what }</strong>
            <span>{ &props.text }</span>
            <button class="button" onclick={props.on_retry.reform(|_| ())}>{ "Try again" }</button>
        </div>
    }
}
