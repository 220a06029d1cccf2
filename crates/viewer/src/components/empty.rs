//! Lists without traces: each says what to do about it.

use yew::prelude::*;

use super::copy::CopyButton;
use crate::hooks::Url;

/// Nothing has arrived yet.
#[component]
pub(crate) fn Empty() -> Html {
    let origin = web_sys::window().and_then(|window| window.location().origin().ok());
    let origin = origin.unwrap_or_default();
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
}

/// Nothing matches the filter.
#[component]
pub(crate) fn NoMatch(props: &NoMatchProps) -> Html {
    let url = props.url.clone();
    let onclick = Callback::from(move |_| url.push(&url.view.with_query(String::new())));
    html! {
        <div class="note">
            <h3>{ "Nothing matches" }</h3>
            <p>{ "New traces that match will appear here." }</p>
            <button class="button" {onclick}>{ "Show all traces" }</button>
        </div>
    }
}

#[derive(Clone, Debug, PartialEq, Properties)]
pub(crate) struct FailedProps {
    pub(crate) text: String,
}

/// The gateway did not give what was asked for.
#[component]
pub(crate) fn Failed(props: &FailedProps) -> Html {
    html! {
        <div class="note">
            <h3>{ "Not now" }</h3>
            <p>{ &props.text }</p>
        </div>
    }
}
