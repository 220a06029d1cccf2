//! Where the time of a trace went: a sentence, and a table of the critical path behind it.

use trace_model::{CriticalPath, PathShare, SpanKind, Trace};
use yew::prelude::*;

use super::span_row::{lane_class, name};
use crate::{format, hooks::Url, shared::Shared, text};

/// The maximum number of names in the table.
const MAX_SHARES: usize = 50;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct VerdictProps {
    pub(crate) url: Url,
    pub(crate) trace: Shared<Trace>,
    pub(crate) path: Shared<CriticalPath>,
    pub(crate) on_select: Callback<usize>,
}

#[component]
pub(crate) fn Verdict(props: &VerdictProps) -> Html {
    let deps = (props.trace.clone(), props.path.clone());
    let shares = use_memo(deps, |(trace, path)| path.shares(trace));
    html! {
        <div class="verdict">
            <details>
                <summary>{ for shares.first().map(|share| sentence(props, share)) }</summary>
                <div class="figures" tabindex="0" role="region" aria-label="Critical path">
                    { table(props, &shares) }
                </div>
            </details>
            { only_button(&props.url) }
        </div>
    }
}

/// Says in which spans most of the critical path is.
fn sentence(props: &VerdictProps, share: &PathShare) -> Html {
    let (trace, path) = (&props.trace, &props.path);
    let top = text::name(name(&trace.nodes()[path.top()]));
    let node = &trace.nodes()[share.node];
    let spans = format::quantity(share.spans, "span");
    let (percent, duration) = (percent(path, share.nanos), format::duration(share.nanos));
    let what = text::name(name(node));
    if share.node == path.top() {
        return html! { <><b>{ percent }</b>{ " of " }{ top }{ " was its own work, in no other span: " }{ duration }{ "." }</> };
    }
    let is_request = node.span.kind == SpanKind::Client && node.lane != trace_model::Lane::Database;
    if is_request {
        return html! { <><b>{ percent }</b>{ " of " }{ top }{ " was waiting in " }<b>{ what }</b>{ format!(", outside of other spans: {duration} in {spans}.") }</> };
    }
    html! { <><b>{ percent }</b>{ " of " }{ top }{ " was " }<b>{ what }</b>{ format!(": {duration} in {spans}.") }</> }
}

fn percent(path: &CriticalPath, nanos: u64) -> String {
    format::percent(nanos as f64 / path.interval().duration().max(1) as f64)
}

/// A button that hides the other spans.
fn only_button(url: &Url) -> Html {
    let is_on = url.view.is_path_only;
    let url = url.clone();
    let onclick =
        Callback::from(move |_: MouseEvent| url.replace(&url.view.with_path_only(!is_on)));
    html! {
        <button class={classes!("chip", is_on.then_some("on"))} aria-pressed={is_on.to_string()}
            title="Show only the spans for which the end of the trace waited" {onclick}>{ "Only the path" }</button>
    }
}

fn table(props: &VerdictProps, shares: &[PathShare]) -> Html {
    let more = shares.len().saturating_sub(MAX_SHARES);
    html! {
        <table>
            <caption>
                { "The critical path: what the end of the trace waited for, by service and span name." }
                if more > 0 {
                    { format!(" {} with less time are not listed.", format::quantity(more, "name")) }
                }
            </caption>
            <thead><tr>
                <th scope="col">{ "Span" }</th>
                <th scope="col">{ "Service" }</th>
                <th scope="col" class="number">{ "Spans" }</th>
                <th scope="col" class="number">{ "Time" }</th>
                <th scope="col" class="number">{ "Share" }</th>
            </tr></thead>
            <tbody>{ for shares.iter().take(MAX_SHARES).map(|share| row(props, share)) }</tbody>
        </table>
    }
}

fn row(props: &VerdictProps, share: &PathShare) -> Html {
    let node = share.node;
    html! {
        <tr key={node} class={lane_class(share.lane)}>
            <th scope="row">
                <button class="name-button" title="Select the first such span" onclick={props.on_select.reform(move |_| node)}>
                    <i class="swatch" aria-hidden="true" />{ text::name(name(&props.trace.nodes()[node])) }
                </button>
            </th>
            <td>{ text::name(&share.service) }</td>
            <td class="number">{ format::count(share.spans as u64) }</td>
            <td class="number">{ format::duration(share.nanos) }</td>
            <td class="number">{ percent(&props.path, share.nanos) }</td>
        </tr>
    }
}
