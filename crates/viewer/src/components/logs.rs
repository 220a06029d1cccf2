//! Log records, and lists of them: of a trace, and of a span.

use std::rc::Rc;

use trace_model::{Log, LogSeverity, Trace};
use yew::prelude::*;

use super::{
    attributes::{LogAttributes, LogPart, MoreButton, display},
    copy_button::CopyButton,
    long_text::LongText,
    span_row::name,
};
use crate::{
    date::Timestamp,
    format,
    hooks::LoadedLogs,
    layout::log_rows::{LogRow, TraceLogs, rows, rows_of_span},
    query,
    shared::Shared,
    text,
};

/// The number of records shown at first, and added by each "Show more".
const LOGS_PER_PAGE: usize = 200;

/// The number of records in the details of a span.
const SPAN_LOGS_PER_PAGE: usize = 30;

/// The longest body on one line.
const MAX_LINE_CHARS: usize = 300;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TraceLogListProps {
    pub(crate) trace: Shared<Trace>,
    pub(crate) loaded: LoadedLogs,
    /// The text of the find box, in the query language.
    pub(crate) find: String,
    pub(crate) on_select: Callback<usize>,
}

/// All log records of a trace in the order of their times.
#[component]
pub(crate) fn TraceLogList(props: &TraceLogListProps) -> Html {
    let LoadedLogs {
        logs,
        is_loading,
        error,
    } = &props.loaded;
    let deps = (props.trace.clone(), logs.clone(), props.find.clone());
    let rows = use_memo(deps, |(trace, logs, find)| {
        let parsed = query::parse(find);
        let query = (!find.trim().is_empty()).then_some(&parsed.query);
        rows(trace, logs, query)
    });
    let total = logs.logs.len();
    let summary = if *is_loading {
        "Loading…".to_owned()
    } else if rows.len() == total {
        format::quantity(total, "log record")
    } else {
        let total = format::quantity(total, "log record");
        format!("{} of {total}", format::count(rows.len() as u64))
    };
    html! {
        <section class="logs" aria-label="Logs">
            <p key="summary" class="logs-summary" role="status">{ summary }</p>
            if let Some(error) = error {
                <p key="error" class="error-text">{ error.to_string() }</p>
            }
            if logs.is_cut {
                <p key="cut" class="muted">{ format!("These are the newest {}. /api/logs has the others.", format::count(total as u64)) }</p>
            }
            if total == 0 && !*is_loading && error.is_none() {
                <p key="empty" class="muted">{ "No program has sent log records with the id of this trace. Programs send them by OTLP to /v1/logs." }</p>
            }
            <LogList key="list" trace={props.trace.clone()} logs={logs.clone()} {rows} page={LOGS_PER_PAGE} on_select={props.on_select.clone()} />
        </section>
    }
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct SpanLogsProps {
    pub(crate) trace: Shared<Trace>,
    pub(crate) logs: Shared<TraceLogs>,
    pub(crate) index: usize,
}

/// The log records of a span, if there are any.
#[component]
pub(crate) fn SpanLogs(props: &SpanLogsProps) -> Html {
    let deps = (props.trace.clone(), props.logs.clone(), props.index);
    let rows = use_memo(deps, |(trace, logs, index)| {
        rows_of_span(trace, logs, *index)
    });
    if rows.is_empty() {
        return html! {};
    }
    html! {
        <section class="events">
            <h3>{ "Logs" }<span class="count">{ format::count(rows.len() as u64) }</span></h3>
            <LogList trace={props.trace.clone()} logs={props.logs.clone()} {rows} page={SPAN_LOGS_PER_PAGE} />
        </section>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct LogListProps {
    trace: Shared<Trace>,
    logs: Shared<TraceLogs>,
    rows: Rc<Vec<LogRow>>,
    page: usize,
    /// Selects the span of a record. `None` where all have the same span.
    #[prop_or_default]
    on_select: Option<Callback<usize>>,
}

#[component]
fn LogList(props: &LogListProps) -> Html {
    let page = props.page;
    let shown = use_state_eq(|| page);
    html! {
        <>
            <ol key="rows" class="log-rows">
                for row in props.rows.iter().take(*shown) {
                    <Row key={row.log} trace={props.trace.clone()} logs={props.logs.clone()} row={*row} on_select={props.on_select.clone()} />
                }
            </ol>
            <MoreButton key="more" {shown} count={props.rows.len()} {page} />
        </>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct RowProps {
    trace: Shared<Trace>,
    logs: Shared<TraceLogs>,
    row: LogRow,
    on_select: Option<Callback<usize>>,
}

#[component]
fn Row(props: &RowProps) -> Html {
    let time = offset(&props.trace, props.row.time);
    html! {
        <LogEntry logs={props.logs.clone()} index={props.row.log} {time}>{ span_button(props) }</LogEntry>
    }
}

#[derive(Clone, PartialEq, Properties)]
pub(super) struct LogEntryProps {
    pub(super) logs: Shared<TraceLogs>,
    /// The index among the records.
    pub(super) index: usize,
    pub(super) time: AttrValue,
    /// Where the record leads to. It is shown while the record is open.
    pub(super) children: Html,
}

/// A record of a list, on one line until it is opened.
#[component]
pub(super) fn LogEntry(props: &LogEntryProps) -> Html {
    let is_open = use_state_eq(|| false);
    let log = &props.logs.logs[props.index];
    let ontoggle = {
        let is_open = is_open.clone();
        Callback::from(move |_: Event| is_open.set(!*is_open))
    };
    let severity = log.severity();
    html! {
        <li class={classes!("log", severity_class(severity))}>
            <details {ontoggle}>
                <summary>
                    <span class="log-time">{ &props.time }</span>
                    <b class="severity">{ severity_text(log) }</b>
                    <span class="service">{ text::name(log.service()) }</span>
                    <span class="log-body">{ text::bdi(&line(log)) }</span>
                </summary>
                if *is_open {
                    { record(props, log) }
                }
            </details>
        </li>
    }
}

/// The whole record, which is rendered only while it is open.
fn record(props: &LogEntryProps, log: &Log) -> Html {
    let (logs, index) = (props.logs.clone(), props.index);
    let make_text = Callback::from(move |()| logs.logs[index].body.to_json_or_text());
    let time = Timestamp::from_unix_nano(log.unix_nano());
    let list = |title: &'static str, part: LogPart| {
        html! { <LogAttributes {title} logs={props.logs.clone()} {index} {part} /> }
    };
    html! {
        <div class="log-record">
            <p key="body" class="log-text">
                <LongText text={display(&log.body)} />
                <CopyButton {make_text} label="Copy the body" />
            </p>
            <p key="facts" class="muted">
                <span title={time.utc()}>{ time.local() }</span>
                if !log.event_name.is_empty() {
                    { " · event " }{ text::name(&log.event_name) }
                }
                if !log.scope.name.is_empty() {
                    { " · " }{ text::name(&log.scope.name) }
                }
                if log.dropped_attributes_count > 0 {
                    { format!(" · {} attributes were dropped by the sender", log.dropped_attributes_count) }
                }
            </p>
            { props.children.clone() }
            { list("Attributes", LogPart::Record) }
            { list("Resource", LogPart::Resource) }
        </div>
    }
}

/// Selects the span in which the record was written.
fn span_button(props: &RowProps) -> Html {
    let Some((node, on_select)) = props.row.node.zip(props.on_select.clone()) else {
        return html! {};
    };
    let onclick = Callback::from(move |_: MouseEvent| on_select.emit(node));
    html! {
        <button key="span" class="text-button" {onclick}>
            { "Select the span " }{ text::name(name(&props.trace.nodes()[node])) }
        </button>
    }
}

/// The time after the start of the trace, which is negative for records before it.
fn offset(trace: &Trace, time: u64) -> String {
    let start = trace.extent().start;
    let sign = if time < start { "−" } else { "+" };
    format!("{sign}{}", format::duration(time.abs_diff(start)))
}

/// The body on one line.
fn line(log: &Log) -> String {
    let body = log.body.to_string();
    let body = if body.is_empty() {
        log.event_name.as_str()
    } else {
        body.as_str()
    };
    let text = text::prefix(body, 4 * MAX_LINE_CHARS);
    let words: Vec<_> = text.split_whitespace().collect();
    match words.join(" ") {
        line if line.is_empty() => "(no body)".to_owned(),
        line => text::truncate(&line, MAX_LINE_CHARS).into_owned(),
    }
}

/// The severity as a word: OpenTelemetry's, or else the sender's.
fn severity_text(log: &Log) -> Html {
    let severity = log.severity();
    match (severity, log.severity_text.as_str()) {
        (LogSeverity::Unspecified, "") => html! { "—" },
        (LogSeverity::Unspecified, text) => text::name(text),
        (severity, _) => html! { severity.as_str() },
    }
}

/// Returns the class that colors a severity.
pub(super) const fn severity_class(severity: LogSeverity) -> &'static str {
    match severity {
        LogSeverity::Error | LogSeverity::Fatal => "severity-error",
        LogSeverity::Warn => "severity-warn",
        LogSeverity::Trace | LogSeverity::Debug => "severity-debug",
        LogSeverity::Info | LogSeverity::Unspecified => "severity-info",
    }
}
