//! The events that Honeycomb makes of a span.
//!
//! The rules are those of Honeycomb's own translation library,
//! [husky](https://github.com/honeycombio/husky) 0.43.0 (`TranslateTraceRequest` in `otlp/traces.go`,
//! `otlp/common.go`, commit 21a0eae). Each span is one event. So is each of its span events and
//! links, and Honeycomb [counts](https://docs.honeycomb.io/get-started/manage-costs/how-honeycomb-calculates-usage/)
//! each of them.
//!
//! [`Span`] has no trace state, schema URLs or attributes of scopes, so their columns are missing.

mod columns;

use std::{collections::BTreeMap, fmt};

use self::columns::add_attributes;
use crate::{Event, Link, Span, SpanStatus, Value};

/// An event of Honeycomb: a row of a dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct HoneycombEvent {
    pub dataset: String,
    pub kind: HoneycombEventKind,
    pub time_unix_nano: u64,
    /// How many events this one stands for.
    pub sample_rate: u32,
    /// The columns by name. Values are strings, booleans and numbers.
    pub columns: BTreeMap<String, Value>,
}

/// The part of a span from which an event is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoneycombEventKind {
    Span,
    SpanEvent,
    Link,
}

impl fmt::Display for HoneycombEventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Span => "span",
            Self::SpanEvent => "span event",
            Self::Link => "link",
        })
    }
}

/// The dataset of spans whose service has no name.
const UNKNOWN_SERVICE: &str = "unknown_service";

/// Scopes whose names start with these are instrumentation libraries.
const INSTRUMENTATION_LIBRARIES: [&str; 9] = [
    "io.opentelemetry",
    "opentelemetry.instrumentation",
    "OpenTelemetry.Instrumentation",
    "OpenTelemetry::Instrumentation",
    "go.opentelemetry.io/contrib/instrumentation",
    "@opentelemetry/instrumentation",
    "io.opentelemetry.contrib.php",
    "github.com/open-telemetry/opentelemetry-collector",
    "@honeycombio/",
];

/// Attributes with the number of events for which one stands, the first one first.
const SAMPLE_RATE_KEYS: [&str; 2] = ["sampleRate", "SampleRate"];

const NANOS_PER_MS: f64 = 1e6;

/// Returns the number of events that Honeycomb counts for a span.
#[must_use]
pub const fn event_count(span: &Span) -> usize {
    1 + span.events.len() + span.links.len()
}

/// Returns the events of a span in Honeycomb's order: span events, links, the span.
///
/// # Examples
///
/// ```
/// use trace_model::{Span, Value, honeycomb};
///
/// let trace_id = "6a2b7c1e98038103d269b633813fc60c".parse()?;
/// let mut span = Span::new(trace_id, "00f067aa0ba902b7".parse()?, "crud.like");
/// span.end_unix_nano = 2_500_000;
/// let events = honeycomb::events(&span);
/// assert_eq!(events.len(), honeycomb::event_count(&span));
/// assert_eq!(events[0].columns["duration_ms"], Value::Double(2.5));
/// # Ok::<(), trace_model::IdError>(())
/// ```
#[must_use]
pub fn events(span: &Span) -> Vec<HoneycombEvent> {
    let shared = shared_columns(span);
    let (columns, sample_rate) = span_columns(span, &shared);
    let event = |kind, time_unix_nano, columns| HoneycombEvent {
        dataset: dataset_of(&shared),
        kind,
        time_unix_nano,
        sample_rate,
        columns,
    };
    let mut all = Vec::with_capacity(event_count(span));
    for occurred in &span.events {
        let columns = event_columns(span, occurred, &shared);
        let kind = HoneycombEventKind::SpanEvent;
        all.push(event(kind, occurred.time_unix_nano, columns));
    }
    for link in &span.links {
        let columns = link_columns(span, link, &shared);
        all.push(event(
            HoneycombEventKind::Link,
            span.start_unix_nano,
            columns,
        ));
    }
    all.push(event(
        HoneycombEventKind::Span,
        span.start_unix_nano,
        columns,
    ));
    all
}

type Columns = BTreeMap<String, Value>;

/// Returns the columns of the resource and the scope, which all events of the span have.
fn shared_columns(span: &Span) -> Columns {
    let mut columns = Columns::new();
    add_attributes(&mut columns, &span.resource.attributes);
    let scope = &span.scope;
    if !scope.name.is_empty() {
        put(&mut columns, "library.name", scope.name.as_str());
        let is_instrumentation = INSTRUMENTATION_LIBRARIES
            .iter()
            .any(|prefix| scope.name.starts_with(prefix));
        if is_instrumentation {
            put(
                &mut columns,
                "telemetry.instrumentation_library",
                Value::Bool(true),
            );
        }
    }
    if !scope.version.is_empty() {
        put(&mut columns, "library.version", scope.version.as_str());
    }
    columns
}

fn put(columns: &mut Columns, key: &str, value: impl Into<Value>) {
    columns.insert(key.to_owned(), value.into());
}

/// Returns the name of the dataset to which the events of a span belong: that of its service.
#[must_use]
pub fn dataset(span: &Span) -> String {
    dataset_of(&shared_columns(span))
}

fn dataset_of(shared: &Columns) -> String {
    let name = shared.get("service.name").and_then(Value::as_str);
    let name = name.unwrap_or_default();
    if name.trim().is_empty() || name.starts_with(UNKNOWN_SERVICE) {
        UNKNOWN_SERVICE.to_owned()
    } else {
        name.trim().to_owned()
    }
}

/// Returns the columns of the span's own event, and the sample rate.
fn span_columns(span: &Span, shared: &Columns) -> (Columns, u32) {
    let mut columns = Columns::new();
    put(
        &mut columns,
        "trace.trace_id",
        trace_id(span.trace_id).as_str(),
    );
    put(
        &mut columns,
        "trace.span_id",
        span.span_id.to_string().as_str(),
    );
    if let Some(parent) = span.parent_span_id {
        put(&mut columns, "trace.parent_id", parent.to_string().as_str());
    }
    let kind = span.kind.to_string();
    put(&mut columns, "type", kind.as_str());
    put(&mut columns, "span.kind", kind.as_str());
    put(&mut columns, "name", span.name.as_str());
    put(&mut columns, "span.num_links", span.links.len() as i64);
    put(&mut columns, "span.num_events", span.events.len() as i64);
    put(&mut columns, "meta.signal_type", "trace");
    add_duration(&mut columns, span);
    add_status(&mut columns, &span.status);
    columns.extend(shared.clone());
    add_attributes(&mut columns, &span.attributes);
    let sample_rate = take_sample_rate(&mut columns);
    for event in &span.events {
        copy_exception(&mut columns, event);
    }
    (columns, sample_rate)
}

fn add_duration(columns: &mut Columns, span: &Span) {
    let nanos = span.end_unix_nano.checked_sub(span.start_unix_nano);
    if nanos.is_none() {
        put(columns, "meta.invalid_duration", Value::Bool(true));
    }
    let ms = nanos.unwrap_or(0) as f64 / NANOS_PER_MS;
    put(columns, "duration_ms", Value::Double(ms));
}

fn add_status(columns: &mut Columns, status: &SpanStatus) {
    let code: i64 = match status {
        SpanStatus::Unset => 0,
        SpanStatus::Ok => 1,
        SpanStatus::Error(_) => 2,
    };
    put(columns, "status_code", code);
    if let SpanStatus::Error(message) = status {
        put(columns, "error", Value::Bool(true));
        if !message.is_empty() {
            put(columns, "status_message", message.as_str());
        }
    }
}

fn event_columns(span: &Span, event: &Event, shared: &Columns) -> Columns {
    let mut columns = annotation(span, "span_event");
    put(&mut columns, "name", event.name.as_str());
    let since_start = event.time_unix_nano.checked_sub(span.start_unix_nano);
    if since_start.is_none() {
        put(
            &mut columns,
            "meta.invalid_time_since_span_start",
            Value::Bool(true),
        );
    }
    let ms = since_start.unwrap_or(0) as f64 / NANOS_PER_MS;
    put(
        &mut columns,
        "meta.time_since_span_start_ms",
        Value::Double(ms),
    );
    columns.extend(shared.clone());
    add_attributes(&mut columns, &event.attributes);
    mark_error(&mut columns, span);
    columns
}

fn link_columns(span: &Span, link: &Link, shared: &Columns) -> Columns {
    let mut columns = annotation(span, "link");
    put(
        &mut columns,
        "trace.link.trace_id",
        trace_id(link.trace_id).as_str(),
    );
    put(
        &mut columns,
        "trace.link.span_id",
        link.span_id.to_string().as_str(),
    );
    columns.extend(shared.clone());
    add_attributes(&mut columns, &link.attributes);
    mark_error(&mut columns, span);
    columns
}

/// Returns the columns that span events and links have in common.
fn annotation(span: &Span, kind: &str) -> Columns {
    let mut columns = Columns::new();
    put(
        &mut columns,
        "trace.trace_id",
        trace_id(span.trace_id).as_str(),
    );
    put(
        &mut columns,
        "trace.parent_id",
        span.span_id.to_string().as_str(),
    );
    put(&mut columns, "parent_name", span.name.as_str());
    put(&mut columns, "meta.annotation_type", kind);
    put(&mut columns, "meta.signal_type", "trace");
    columns
}

fn mark_error(columns: &mut Columns, span: &Span) {
    if span.is_error() {
        put(columns, "error", Value::Bool(true));
    }
}

/// A trace id that is padded with zeros to 16 bytes has 16 digits.
fn trace_id(id: crate::TraceId) -> String {
    let text = id.to_string();
    match text.strip_prefix("0000000000000000") {
        Some(short) => short.to_owned(),
        None => text,
    }
}

/// Copies the first exception to the span, unless it has such an attribute itself.
fn copy_exception(columns: &mut Columns, event: &Event) {
    if event.name != "exception" {
        return;
    }
    for attribute in &event.attributes.0 {
        let value = match attribute.key.as_str() {
            "exception.message" | "exception.type" | "exception.stacktrace" => {
                attribute.value.as_str().unwrap_or_default().into()
            }
            "exception.escaped" => Value::Bool(attribute.value == Value::Bool(true)),
            _ => continue,
        };
        columns.entry(attribute.key.clone()).or_insert(value);
    }
}

/// Removes the sample rate from the columns. Without one, an event stands for itself.
fn take_sample_rate(columns: &mut Columns) -> u32 {
    let key = SAMPLE_RATE_KEYS
        .iter()
        .find(|key| columns.contains_key(**key));
    let rate = match key.and_then(|key| columns.remove(*key)) {
        Some(Value::Int(rate)) => rate as f64,
        Some(Value::Double(rate)) => (rate + 0.5).floor(),
        Some(Value::String(text)) => text.parse().map_or(1.0, |rate: f64| (rate + 0.5).floor()),
        _ => 1.0,
    };
    // NaN and numbers below one become one.
    rate.max(1.0).min(f64::from(i32::MAX)) as u32
}

#[cfg(test)]
mod tests;
