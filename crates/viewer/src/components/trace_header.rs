//! What a trace is, and where its time went.

use trace_model::TraceSummary;
use yew::prelude::*;

use super::{
    breakdown::BreakdownStrip,
    copy::CopyButton,
    icon::{Icon, Picture},
    trace_row,
};
use crate::{
    base,
    date::{Moment, is_misdated},
    format,
    hooks::Url,
    text,
};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TraceHeaderProps {
    pub(crate) url: Url,
    pub(crate) summary: TraceSummary,
    pub(crate) in_honeycomb: bool,
}

#[component]
pub(crate) fn TraceHeader(props: &TraceHeaderProps) -> Html {
    let TraceHeaderProps {
        url,
        summary,
        in_honeycomb,
    } = props;
    let id = summary.trace_id.to_string();
    let on_back = {
        let url = url.clone();
        Callback::from(move |_| url.push(&url.view.without_trace()))
    };
    let start = Moment::of(summary.start_unix_nano);
    let root = if summary.has_root {
        ""
    } else {
        "root not here yet"
    };
    html! {
        <header class="trace-header">
            <div class="trace-title">
                <button class="back" aria-label="Back to the list" onclick={on_back}><Icon picture={Picture::Back} /></button>
                <h1>{ text::name(&trace_row::name(summary)) }</h1>
                { trace_row::badge(summary) }
                <span class="trace-total">{ format::duration(summary.duration_nano) }</span>
            </div>
            <div class="trace-meta">
                <span class="id"><code>{ &id }</code><CopyButton text={id.clone()} label="Copy the trace id" /></span>
                <span class="id">{ "link" }<CopyButton text={Url::href(&url.view.with_trace(summary.trace_id))} label="Copy the link to this trace" /></span>
                <time datetime={start.utc()} title={start.utc()}>{ start.local() }</time>
                if is_misdated(summary.start_unix_nano) {
                    <span class="warn misdated" title="The list shows this trace when it arrived">{ "the sender's clock is wrong" }</span>
                }
                <span>{ format::counted(summary.span_count, "span") }</span>
                if let Some(nanos) = summary.root_duration_nano {
                    <span class="root-duration" title="The first span alone; other spans of the trace begin before it or outlast it">
                        { format!("root span {}", format::duration(nanos)) }
                    </span>
                }
                <span title={services(summary)}>{ format::counted(summary.services.len(), "service") }</span>
                if *in_honeycomb {
                    <a href={base::url(&format!("open/{id}/honeycomb"))} target="_blank" rel="noopener">{ "Open in Honeycomb" }</a>
                }
                <span class="warn">{ root }</span>
            </div>
            <BreakdownStrip breakdown={summary.breakdown} />
        </header>
    }
}

fn services(summary: &TraceSummary) -> String {
    let services = summary.services.iter().map(|name| text::isolated(name));
    services.collect::<Vec<_>>().join(", ")
}
