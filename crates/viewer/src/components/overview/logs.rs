//! The log records of all traces, and those without a trace, newest first.

use otel_web_yew::use_route_template;
use trace_model::{
    Log, LogSeverity,
    query::{Comparison, Condition, Predicate},
};
use yew::prelude::*;

use super::{actions::PageProps, frame::Frame};
use crate::{
    components::{link::Link, logs::LogEntry},
    date::Timestamp,
    format,
    gateway::LogPage,
    hooks::{OverviewRequest, Url, use_overview},
    layout::log_rows::TraceLogs,
    overview_state::OverviewState,
    query,
    route::View,
    shared::Shared,
    span_ref::SpanRef,
};

/// The most records of a page.
const PAGE_LOGS: usize = 200;

/// The attribute of the query language for the severity.
const SEVERITY: &str = "severity";

/// The lowest severities to choose from.
const SEVERITIES: [(&str, Option<LogSeverity>); 4] = [
    ("Any severity", None),
    ("Info and above", Some(LogSeverity::Info)),
    ("Warn and above", Some(LogSeverity::Warn)),
    ("Error and above", Some(LogSeverity::Error)),
];

#[component]
pub(crate) fn LogsPage(props: &PageProps) -> Html {
    use_route_template("/logs");
    let url = &props.url;
    let cursor = &url.view.overview.cursor;
    let mut request = OverviewRequest::of(url, "api/logs", "/api/logs");
    request.parameters.push(("cursor", cursor.clone()));
    request.parameters.push(("limit", PAGE_LOGS.to_string()));
    // Earlier pages do not change.
    let is_live = props.is_live && cursor.is_empty();
    let overview = use_overview::<LogPage>(request, is_live);
    let data = overview.state.data.clone();
    let logs = use_memo(data.clone(), |data| {
        let logs = data.as_ref().map(|page| page.logs.clone());
        Shared::new(TraceLogs::new(logs.unwrap_or_default(), false))
    });
    html! {
        <Frame url={url.clone()} title={html! { "Logs" }} note={severities(url)} is_loaded={data.is_some()}
            error={overview.state.error.clone()} has_pending={overview.state.pending.is_some()}
            on_retry={overview.retry} on_show_pending={overview.show_pending} on_freeze={overview.freeze}>
            if let Some(page) = data {
                if page.logs.is_empty() && !page.cut_short {
                    <p class="note">{ nothing(&url.view) }</p>
                }
                <section class="logs" aria-label="Log records">
                    <ol class="log-rows all-logs">
                        for (index, log) in page.logs.iter().enumerate() {
                            <LogEntry key={key(&page.logs, index)} logs={(*logs).clone()} {index} time={time(log)}>{ trace_link(url, log) }</LogEntry>
                        }
                    </ol>
                </section>
                { pager(url, &page) }
            }
        </Frame>
    }
}

/// Returns a key that a record keeps when newer ones arrive.
fn key(logs: &[Log], index: usize) -> String {
    let time = logs[index].unix_nano();
    let older = logs[index + 1..].iter();
    format!(
        "{time}-{}",
        older.filter(|log| log.unix_nano() == time).count()
    )
}

fn nothing(view: &View) -> &'static str {
    if view.query.trim().is_empty() {
        "No log records in this time range. Programs send them by OTLP to /v1/logs."
    } else {
        "No log records in this time range match the query."
    }
}

fn time(log: &Log) -> String {
    Timestamp::from_unix_nano(log.unix_nano()).short()
}

/// A link to the span that wrote the record, or to its trace.
fn trace_link(url: &Url, log: &Log) -> Html {
    let Some(id) = log.trace_id else {
        return html! { <p class="muted">{ "Written outside of a trace." }</p> };
    };
    let span = log.span_id.map(SpanRef::first);
    let view = url.view.with_trace(id).with_query(String::new());
    html! { <Link url={url.clone()} view={view.with_span(span)}>{ "Open the trace" }</Link> }
}

/// Buttons for the lowest severity, which is a term of the query.
fn severities(url: &Url) -> Html {
    let current = lowest_severity(&url.view);
    let button = |(label, severity): (&'static str, Option<LogSeverity>)| {
        let is_on = current == severity.map(LogSeverity::first_number);
        let onclick = {
            let url = url.clone();
            Callback::from(move |_: MouseEvent| url.push(&with_severity(&url.view, severity)))
        };
        html! {
            <button key={label} class={classes!("chip", is_on.then_some("on"))} aria-pressed={is_on.to_string()} {onclick}>{ label }</button>
        }
    };
    html! {
        <div class="log-severities" role="group" aria-label="Lowest severity">{ for SEVERITIES.into_iter().map(button) }</div>
    }
}

/// Returns the number of `severity>=` in the query.
fn lowest_severity(view: &View) -> Option<u8> {
    let query = query::parse(&view.query).query;
    query.conditions().find_map(|condition| match condition {
        Condition::Attribute {
            key,
            predicate: Predicate::Compares(Comparison::GreaterOrEqual, number),
        } if key == SEVERITY => Some(*number as u8),
        _ => None,
    })
}

fn with_severity(view: &View, severity: Option<LogSeverity>) -> View {
    let mut query = query::parse(&view.query).query;
    let condition = severity.map(|severity| Condition::Attribute {
        key: SEVERITY.to_owned(),
        predicate: Predicate::Compares(
            Comparison::GreaterOrEqual,
            f64::from(severity.first_number()),
        ),
    });
    query.replace(Condition::is_about_severity, condition);
    view.with_query(query.to_string())
}

fn first_page(view: &View) -> View {
    page_at(view, String::new())
}

fn page_at(view: &View, cursor: String) -> View {
    view.with_overview(OverviewState {
        cursor,
        ..view.overview.clone()
    })
}

/// The number of records, and links to other pages.
fn pager(url: &Url, page: &LogPage) -> Html {
    let count = format::quantity(page.logs.len(), "log record");
    let is_first = url.view.overview.cursor.is_empty();
    html! {
        <nav class="pager" aria-label="Pages of log records">
            <span class="muted" role="status">{ count }</span>
            if page.cut_short {
                <span class="muted">{ "The limit of time or size was reached: the earlier ones have more." }</span>
            }
            if !is_first {
                <Link url={url.clone()} view={first_page(&url.view)}>{ "Newest" }</Link>
            }
            if let Some(next) = &page.next {
                <Link url={url.clone()} view={page_at(&url.view, next.clone())}>{ "Earlier" }</Link>
            }
        </nav>
    }
}
