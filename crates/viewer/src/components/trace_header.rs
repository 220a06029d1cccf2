//! The header of the open trace: name, duration, time and breakdown.

use trace_model::TraceSummary;
use yew::prelude::*;

use super::{
    back_button::BackButton, breakdown::BreakdownFigures, copy_button::CopyButton, trace_row,
};
use crate::{
    base,
    date::{Timestamp, is_misdated},
    format,
    hooks::Url,
    standalone::is_standalone,
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
    let start = Timestamp::from_unix_nano(summary.start_unix_nano);
    html! {
        <header class="trace-header">
            <div class="trace-title">
                if !is_standalone() {
                    <BackButton url={url.clone()} />
                }
                <h1>{ text::name(&trace_row::name(summary)) }</h1>
                { trace_row::badge(summary) }
                <span class="trace-total">{ format::duration(summary.duration_nano) }</span>
            </div>
            <div class="trace-meta">
                <span class="id"><code>{ &id }</code><CopyButton text={id.clone()} label="Copy the trace id" /></span>
                <span class="id">{ "link" }<CopyButton text={Url::href(&url.view.with_trace(summary.trace_id))} label="Copy the link to this trace" /></span>
                <time datetime={start.utc()} title={start.utc()}>{ start.local() }</time>
                if is_misdated(summary.start_unix_nano) {
                    <span class="warn misdated" title="The list sorts this trace by the time when it arrived">{ "wrong clock at the sender" }</span>
                }
                <span>{ format::quantity(summary.span_count, "span") }</span>
                if let Some(nanos) = summary.root_duration_nano {
                    <span class="root-duration" title="The duration of the root span. Other spans start before it or end after it">
                        { format!("root span {}", format::duration(nanos)) }
                    </span>
                }
                <span title={services(summary)}>{ format::quantity(summary.services.len(), "service") }</span>
                if *in_honeycomb {
                    <a href={base::url(&format!("open/{id}/honeycomb"))} target="_blank" rel="noopener">{ "Open in Honeycomb" }</a>
                }
                if !summary.has_root {
                    <span class="warn" title="The root span may not have arrived yet">{ "root span missing" }</span>
                }
            </div>
            <BreakdownFigures breakdown={summary.breakdown} />
        </header>
    }
}

fn services(summary: &TraceSummary) -> String {
    let services = summary.services.iter().map(|name| text::isolated(name));
    services.collect::<Vec<_>>().join(", ")
}
