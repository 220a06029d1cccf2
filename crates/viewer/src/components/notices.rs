//! Notices instead of a list or a trace: nothing there yet, no match, failed to load.

use yew::prelude::*;

use super::{back_button::BackButton, copy_button::CopyButton};
use crate::{
    base,
    hooks::Url,
    query::{self, Condition},
};

/// Explains how to send the first trace to an empty gateway.
#[component]
pub(crate) fn FirstTrace() -> Html {
    let origin = base::url("").trim_end_matches('/').to_owned();
    let command = example_command(&origin);
    html! {
        <main class="note">
            <h1>{ "Waiting for the first trace" }</h1>
            <p>{ "Open the page that you trace and click something. Its trace appears here automatically." }</p>
            <p>
                { "Any program that exports OTLP over HTTP can send traces with " }
                <code>{ "OTEL_EXPORTER_OTLP_ENDPOINT=" }{ &origin }</code>
                { ". To send one trace from a shell:" }
            </p>
            <div class="command">
                <pre tabindex="0">{ &command }</pre>
                <CopyButton text={command.clone()} label="Copy the command" />
            </div>
        </main>
    }
}

/// A shell command that sends one span of 25 ms.
fn example_command(origin: &str) -> String {
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
    /// Whether the gateway searched all traces.
    pub(crate) searched_all: bool,
}

/// Shows the parsed terms of a query without matches.
#[component]
pub(crate) fn NoMatch(props: &NoMatchProps) -> Html {
    let url = props.url.clone();
    let query = query::parse(&url.view.query).query;
    let onclick = Callback::from(move |_| url.push(&url.view.with_query(String::new())));
    let title = if props.searched_all {
        "No matching traces"
    } else {
        "No matching traces so far"
    };
    html! {
        <div class="note">
            <h3>{ title }</h3>
            <ul class="terms">
                for (index, term) in query.terms.iter().enumerate() {
                    <li key={index}><code>{ term.to_string() }</code><span>{ description(&term.condition) }</span></li>
                }
            </ul>
            <p>{ "New traces that match appear here automatically." }</p>
            <button class="button" {onclick}>{ "Show all traces" }</button>
        </div>
    }
}

fn description(condition: &Condition) -> &'static str {
    match condition {
        Condition::Text(_) => "this text anywhere in the trace",
        Condition::Service(_) => "a service with exactly this name",
        Condition::Name(_) => "this text in the trace's name",
        Condition::Status(_) => "whether a span failed",
        Condition::Kind(_) => "a span of this kind",
        Condition::Duration(..) => "the duration of the trace",
        Condition::Attribute { .. } => "an attribute of any span",
        Condition::KeyValue { .. } => {
            "an attribute with exactly this value, or this text; quotes make it text only"
        }
        Condition::Trace(_) => "the trace's id",
        Condition::Since(_) => "when the trace started",
        _ => "",
    }
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct LoadErrorProps {
    /// Where the page may hide the list: the address that the way back starts from.
    #[prop_or_default]
    pub(crate) back: Option<Url>,
    pub(crate) text: String,
    pub(crate) on_retry: Callback<()>,
}

/// Shows why the list or the trace could not be loaded.
#[component]
pub(crate) fn LoadError(props: &LoadErrorProps) -> Html {
    html! {
        <div class="note">
            if let Some(url) = &props.back {
                <BackButton url={url.clone()} />
            }
            <h3>{ "Loading failed" }</h3>
            <p role="status">{ &props.text }</p>
            <button class="button" onclick={props.on_retry.reform(|_| ())}>{ "Try again" }</button>
        </div>
    }
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct StaleNoticeProps {
    pub(crate) title: AttrValue,
    pub(crate) text: String,
    pub(crate) on_retry: Callback<()>,
}

/// Shows why the list or the trace could not be refreshed.
#[component]
pub(crate) fn StaleNotice(props: &StaleNoticeProps) -> Html {
    html! {
        <div class="stale-notice" role="status">
            <strong>{ &props.title }</strong>
            <span>{ &props.text }</span>
            <button class="button" onclick={props.on_retry.reform(|_| ())}>{ "Try again" }</button>
        </div>
    }
}
