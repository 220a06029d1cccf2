//! A trace: its header, one of its views, and the details of one span.

use std::rc::Rc;

use trace_model::{Trace, TraceSummary};
use yew::prelude::*;

use super::{
    collapse::revealed, compare::Compare, details::Details, flame_graph::FlameGraph,
    honeycomb::Honeycomb, legend::Legend, logs::TraceLogList, mini_map::MiniMap, raw::Raw,
    statistics::Statistics, trace_header::TraceHeader, trace_keys::use_trace_keys,
    trace_tabs::TraceTabs, trace_tools::TraceTools, verdict::Verdict, waterfall::Waterfall,
    xray::XRay,
};
use crate::{
    format,
    hooks::{ShownTrace, Url, use_latest, use_shown_trace, use_title, use_trace_logs},
    layout::{log_rows::TraceLogs, zoom},
    live::Change,
    shared::Shared,
    span_ref::SpanRef,
    tab::Tab,
    text,
};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TraceViewProps {
    pub(crate) url: Url,
    pub(crate) trace: Shared<Trace>,
    pub(crate) in_honeycomb: bool,
    /// The trace list, from which another trace can be chosen.
    pub(crate) traces: Rc<Vec<Rc<TraceSummary>>>,
    /// The traces that got log records. `None`: there is no gateway that has any.
    #[prop_or_default]
    pub(crate) log_change: Option<Change>,
}

#[component]
pub(crate) fn TraceView(props: &TraceViewProps) -> Html {
    let TraceViewProps {
        url,
        trace,
        in_honeycomb,
        traces,
        log_change,
    } = props;
    let loaded = use_trace_logs(trace.trace_id(), log_change.as_ref());
    let logs = loaded.logs.clone();
    let shown = use_shown_trace(url, trace, &logs);
    let summary = use_memo(trace.clone(), |trace| trace.summary());
    let on_select = use_on_select(url, trace, &shown);
    use_trace_keys(url, trace, &shown, &on_select);
    use_title(&title(&summary, url.view.tab));
    let path = shown.path.clone();
    let selected = shown.selected;
    let tab = match url.view.tab {
        Tab::Waterfall => waterfall(props, shown, &logs, &on_select),
        Tab::Logs => html! {
            <>
                <TraceTools url={url.clone()} trace={trace.clone()} found={shown.found.clone()} errors={shown.errors}
                    top={shown.top} selected={shown.selected} on_select={on_select.clone()} />
                <TraceLogList trace={trace.clone()} {loaded} find={url.view.find.clone()} on_select={on_select.clone()} />
            </>
        },
        Tab::Statistics => html! {
            <Statistics trace={trace.clone()} top={shown.top} path={path.clone()} on_select={on_select.clone()} />
        },
        Tab::Compare => html! {
            <Compare url={url.clone()} trace={trace.clone()} traces={traces.clone()} on_select={on_select.clone()} />
        },
        Tab::Raw => html! { <Raw trace={trace.clone()} {selected} /> },
        Tab::XRay => html! {
            <XRay trace={trace.clone()} {selected} on_select={on_select.clone()} />
        },
        Tab::Honeycomb => html! { <Honeycomb trace={trace.clone()} {selected} /> },
        Tab::FlameGraph => html! {
            <FlameGraph trace={trace.clone()} top={shown.top} on_select={on_select.clone()} />
        },
    };
    let is_open = url.view.span.is_some();
    let missing = url.view.span.filter(|span| span.index_in(trace).is_none());
    html! {
        <>
            <main class="trace" key="trace">
                <TraceHeader url={url.clone()} summary={(*summary).clone()} in_honeycomb={*in_honeycomb} />
                if let Some(path) = path {
                    <Verdict key="verdict" url={url.clone()} trace={trace.clone()} {path} on_select={on_select.clone()} />
                }
                <TraceTabs key="tabs" url={url.clone()} />
                { tab }
            </main>
            <aside key="details" class={classes!("details", is_open.then_some("open"))} aria-label="Span">
                if let Some(span) = missing {
                    <p key="missing" class="missing-span" role="status">
                        { "The span in the address, " }<code>{ span.id.to_string() }</code>{ ", is not in this trace. It may not have arrived yet." }
                    </p>
                }
                if let Some(index) = selected {
                    <Details key={index} url={url.clone()} trace={trace.clone()} logs={logs.clone()} {index} />
                }
            </aside>
        </>
    }
}

fn waterfall(
    props: &TraceViewProps,
    shown: ShownTrace,
    logs: &Shared<TraceLogs>,
    on_select: &Callback<usize>,
) -> Html {
    let (url, trace) = (&props.url, &props.trace);
    let on_zoom = {
        let (url, trace) = (url.clone(), trace.clone());
        Callback::from(move |part: Option<(f64, f64)>| {
            let zoom = part.and_then(|part| zoom::of_fractions(&trace, part));
            url.replace(&url.view.with_zoom(zoom));
        })
    };
    let top_depth = shown.top.map_or(0, |top| trace.nodes()[top].depth);
    html! {
        <>
            <TraceTools url={url.clone()} trace={trace.clone()} found={shown.found.clone()} errors={shown.errors}
                top={shown.top} selected={shown.selected} on_select={on_select.clone()} />
            <MiniMap trace={trace.clone()} axis={shown.axis} {on_zoom} />
            <Legend trace={trace.clone()} has_path={shown.path.is_some()} />
            <Waterfall url={url.clone()} trace={trace.clone()} axis={shown.axis} rows={shown.rows} groups={shown.groups}
                collapsed={shown.collapsed} found={shown.found} {top_depth} path={shown.path} logs={logs.clone()}
                selected={shown.selected} on_select={on_select.clone()} />
        </>
    }
}

/// Returns a callback that selects the span at an index, and expands what hides its row. It does
/// not change with the address, so that rows do not render without need.
#[hook]
fn use_on_select(url: &Url, trace: &Shared<Trace>, shown: &ShownTrace) -> Callback<usize> {
    let latest = use_latest(&(url.clone(), shown.clone()));
    use_callback(trace.clone(), move |index: usize, trace| {
        let (url, shown) = latest.borrow().clone();
        let view = revealed(&url.view, trace, &shown.collapsed, &shown.groups, index);
        url.select_span(&view, SpanRef::of(trace, index));
    })
}

/// Returns a title that tells several open traces apart: `Statistics · crud.like 51.2 ms`.
fn title(summary: &TraceSummary, tab: Tab) -> String {
    let name = text::isolated(&summary.name);
    let duration = format::duration(summary.duration_nano);
    let view = match tab {
        Tab::Waterfall => String::new(),
        tab => format!("{} · ", tab.title()),
    };
    format!("{view}{name} {duration}")
}
