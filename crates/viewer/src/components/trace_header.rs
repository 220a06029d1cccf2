//! What a trace is, and where its time went.

use trace_model::TraceSummary;
use yew::prelude::*;

use super::{
    breakdown::BreakdownStrip,
    copy::CopyButton,
    icon::{Icon, Picture},
    trace_row,
};
use crate::{format, hooks::Url};

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
    let root = if summary.has_root {
        ""
    } else {
        "root not here yet"
    };
    html! {
        <header class="trace-header">
            <div class="trace-title">
                <button class="back" aria-label="Back to the list" onclick={on_back}><Icon picture={Picture::Back} /></button>
                <h1>{ trace_row::name(summary) }</h1>
                { trace_row::badge(summary) }
                <span class="trace-total">{ format::duration(summary.duration_nano) }</span>
            </div>
            <div class="trace-meta">
                <span class="id"><code>{ &id }</code><CopyButton text={id.clone()} label="Copy the trace id" /></span>
                <time>{ time_of_day(summary.start_unix_nano) }</time>
                <span>{ format::counted(summary.span_count, "span") }</span>
                <span title={summary.services.join(", ")}>{ format::counted(summary.services.len(), "service") }</span>
                if *in_honeycomb {
                    <a href={format!("/open/{id}/honeycomb")} target="_blank" rel="noopener">{ "Open in Honeycomb" }</a>
                }
                <span class="warn">{ root }</span>
            </div>
            <BreakdownStrip breakdown={summary.breakdown} />
        </header>
    }
}

/// In the viewer's own time zone, to the millisecond: `15:42:07.318`.
fn time_of_day(unix_nano: u64) -> String {
    let date = js_sys::Date::new(&(unix_nano as f64 / 1e6).into());
    let (hours, minutes) = (date.get_hours(), date.get_minutes());
    let (seconds, milliseconds) = (date.get_seconds(), date.get_milliseconds());
    format!("{hours:02}:{minutes:02}:{seconds:02}.{milliseconds:03}")
}
