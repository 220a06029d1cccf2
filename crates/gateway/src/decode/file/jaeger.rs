//! Jaeger's JSON: the responses of its API and the files that its UI writes and reads.

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use opentelemetry_proto::tonic::{
    common::v1::{KeyValue, any_value::Value as Any},
    resource::v1::Resource,
    trace::v1::{
        Span,
        span::{Event, Link},
    },
};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use super::{
    At, FileFormat, Malformed,
    collector::{Collector, Converted},
    lenient::{Micros, id, or_default, or_ignored},
    tags::{self, Tags, attribute, text},
};

#[derive(Deserialize)]
struct Trace<'a> {
    #[serde(rename = "traceID", default, deserialize_with = "or_default")]
    trace_id: String,
    #[serde(borrow, default, deserialize_with = "or_default")]
    spans: Vec<&'a RawValue>,
    #[serde(default, deserialize_with = "or_default")]
    processes: HashMap<String, Process>,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Process {
    #[serde(rename = "serviceName", default, deserialize_with = "or_default")]
    service_name: String,
    #[serde(default, deserialize_with = "or_default")]
    tags: Vec<Tag>,
}

#[derive(Clone, Debug, Deserialize)]
struct Tag {
    key: String,
    #[serde(rename = "type", default, deserialize_with = "or_default")]
    kind: String,
    #[serde(default)]
    value: Value,
}

#[derive(Deserialize)]
struct JaegerSpan {
    #[serde(rename = "traceID", default, deserialize_with = "or_default")]
    trace_id: String,
    #[serde(rename = "spanID", default, deserialize_with = "or_default")]
    span_id: String,
    #[serde(rename = "parentSpanID", default, deserialize_with = "or_default")]
    parent_span_id: String,
    #[serde(rename = "operationName", default, deserialize_with = "or_default")]
    operation_name: String,
    #[serde(default, deserialize_with = "or_default")]
    references: Vec<Reference>,
    #[serde(rename = "startTime", default)]
    start_time: Micros,
    #[serde(default)]
    duration: Micros,
    #[serde(default, deserialize_with = "or_default")]
    tags: Vec<Tag>,
    #[serde(default, deserialize_with = "or_default")]
    logs: Vec<Log>,
    #[serde(rename = "processID", default, deserialize_with = "or_default")]
    process_id: String,
    #[serde(default, deserialize_with = "or_ignored")]
    process: Option<Process>,
    #[serde(default, deserialize_with = "or_default")]
    warnings: Vec<String>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(rename = "refType", default, deserialize_with = "or_default")]
    kind: String,
    #[serde(rename = "traceID", default, deserialize_with = "or_default")]
    trace_id: String,
    #[serde(rename = "spanID", default, deserialize_with = "or_default")]
    span_id: String,
}

#[derive(Deserialize)]
struct Log {
    #[serde(default)]
    timestamp: Micros,
    #[serde(default, deserialize_with = "or_default")]
    fields: Vec<Tag>,
}

/// Collects the spans of a trace.
pub(super) fn trace<E: From<Malformed>>(
    value: &RawValue,
    at: &At<'_>,
    collector: &mut Collector<'_, E>,
) -> Result<(), E> {
    collector.set_format(FileFormat::Jaeger);
    let trace: Trace<'_> = match serde_json::from_str(value.get()) {
        Ok(trace) => trace,
        Err(error) => {
            collector.skip(at, &format!("not a trace of Jaeger: {error}"));
            return Ok(());
        }
    };
    for (index, span) in trace.spans.iter().enumerate() {
        let at = At::Element(at, "spans", index);
        add(span, &at, (&trace.trace_id, &trace.processes), collector)?;
    }
    Ok(())
}

/// Collects a span outside of a trace, which has its process itself.
pub(super) fn lone_span<E: From<Malformed>>(
    value: &RawValue,
    at: &At<'_>,
    collector: &mut Collector<'_, E>,
) -> Result<(), E> {
    collector.set_format(FileFormat::Jaeger);
    add(value, at, ("", &HashMap::new()), collector)
}

fn add<E: From<Malformed>>(
    value: &RawValue,
    at: &At<'_>,
    (trace_id, processes): (&str, &HashMap<String, Process>),
    collector: &mut Collector<'_, E>,
) -> Result<(), E> {
    let parsed = serde_json::from_str::<JaegerSpan>(value.get());
    let converted = parsed
        .map_err(|error| format!("not a span of Jaeger: {error}"))
        .and_then(|span| convert(span, at, (trace_id, processes), collector));
    match converted {
        Ok(converted) => collector.add(at, converted),
        Err(reason) => {
            collector.skip(at, &reason);
            Ok(())
        }
    }
}

fn convert<E: From<Malformed>>(
    span: JaegerSpan,
    at: &At<'_>,
    (trace_id, processes): (&str, &HashMap<String, Process>),
    collector: &mut Collector<'_, E>,
) -> Result<Converted, String> {
    let own_id = if span.trace_id.is_empty() {
        trace_id
    } else {
        &span.trace_id
    };
    let trace_id = id::<16>("traceID", own_id)?;
    let start = span.start_time.nanos();
    if span.duration.is_negative() {
        collector.note(at, &"its negative duration is zero");
    }
    let mut converted = Span {
        span_id: id::<8>("spanID", &span.span_id)?,
        name: span.operation_name,
        start_time_unix_nano: start,
        end_time_unix_nano: start.saturating_add(span.duration.nanos()),
        events: span.logs.into_iter().map(event).collect(),
        kind: 1,
        ..Span::default()
    };
    (converted.parent_span_id, converted.links) =
        references(&span.references, &span.parent_span_id, &trace_id)?;
    converted.trace_id = trace_id;
    if !span.warnings.is_empty() {
        let warnings = attribute("jaeger.warnings", tags::list(span.warnings));
        converted.attributes.push(warnings);
    }
    let mut tags = Tags::default();
    for tag in span.tags {
        if let Some(value) = tag_value(&tag.kind, tag.value) {
            tags.add(tag.key, value);
        }
    }
    let scope = tags.apply(&mut converted);
    let process = span
        .process
        .or_else(|| processes.get(&span.process_id).cloned());
    if process.is_none() {
        collector.note(
            at,
            &format!(
                "without a service: the process {:?} is missing",
                span.process_id
            ),
        );
    }
    Ok(Converted {
        resource: resource(process.unwrap_or_default()),
        scope,
        span: converted,
    })
}

/// Returns the parent and the links. The parent is the first `CHILD_OF` within the trace, or else the
/// first `FOLLOWS_FROM`.
fn references(
    references: &[Reference],
    parent: &str,
    trace_id: &[u8],
) -> Result<(Vec<u8>, Vec<Link>), String> {
    let mut links = Vec::new();
    for reference in references {
        let link = Link {
            trace_id: if reference.trace_id.is_empty() {
                trace_id.to_owned()
            } else {
                id::<16>("a reference's traceID", &reference.trace_id)?
            },
            span_id: id::<8>("a reference's spanID", &reference.span_id)?,
            attributes: vec![text(
                "opentracing.ref_type",
                reference.kind.to_ascii_lowercase(),
            )],
            ..Link::default()
        };
        links.push((reference.kind.eq_ignore_ascii_case("CHILD_OF"), link));
    }
    let is_inner = |link: &Link| link.trace_id == trace_id;
    let child_of = links
        .iter()
        .position(|(is_child, link)| *is_child && is_inner(link));
    if let Some(index) = child_of {
        let (_, parent) = links.remove(index);
        return Ok((
            parent.span_id,
            links.into_iter().map(|(_, link)| link).collect(),
        ));
    }
    let follows = links.iter().find(|(_, link)| is_inner(link));
    let parent = match follows {
        // The link says that the parent did not wait for it.
        Some((_, link)) => link.span_id.clone(),
        None if parent.is_empty() || parent.bytes().all(|byte| byte == b'0') => Vec::new(),
        None => id::<8>("parentSpanID", parent)?,
    };
    Ok((parent, links.into_iter().map(|(_, link)| link).collect()))
}

/// Converts a log. Errors get the names of OpenTelemetry's exceptions.
fn event(log: Log) -> Event {
    let mut attributes = Vec::new();
    let mut name = String::new();
    for field in log.fields {
        let Some(value) = tag_value(&field.kind, field.value) else {
            continue;
        };
        match (field.key.as_str(), value) {
            ("event", Any::StringValue(event)) => name = event,
            (_, value) => attributes.push(attribute(field.key, value)),
        }
    }
    if name == "error" {
        "exception".clone_into(&mut name);
        for (former, semantic) in [
            ("error.kind", "exception.type"),
            ("message", "exception.message"),
            ("stack", "exception.stacktrace"),
        ] {
            rename(&mut attributes, former, semantic);
        }
    }
    if name.is_empty() {
        "log".clone_into(&mut name);
    }
    Event {
        time_unix_nano: log.timestamp.nanos(),
        name,
        attributes,
        ..Event::default()
    }
}

fn rename(attributes: &mut [KeyValue], former: &str, name: &str) {
    for pair in attributes.iter_mut().filter(|pair| pair.key == former) {
        name.clone_into(&mut pair.key);
    }
}

fn resource(process: Process) -> Resource {
    let mut attributes = Vec::new();
    if !process.service_name.is_empty() {
        attributes.push(text("service.name", process.service_name));
    }
    for tag in process.tags {
        let key = match tag.key.as_str() {
            "hostname" => "host.name".to_owned(),
            _ => tag.key,
        };
        if let Some(value) = tag_value(&tag.kind, tag.value) {
            attributes.push(attribute(key, value));
        }
    }
    Resource {
        attributes,
        ..Resource::default()
    }
}

/// Converts a value of the stated type. Files often have numbers as texts. `None`: `null`.
fn tag_value(kind: &str, value: Value) -> Option<Any> {
    let typed = match (kind, &value) {
        ("bool", Value::String(text)) => text.parse().ok().map(Any::BoolValue),
        ("int64", Value::String(text)) => text.parse().ok().map(Any::IntValue),
        ("float64", Value::String(text)) => text.parse().ok().map(Any::DoubleValue),
        ("float64", Value::Number(number)) => number.as_f64().map(Any::DoubleValue),
        ("binary", Value::String(text)) => STANDARD.decode(text).ok().map(Any::BytesValue),
        _ => None,
    };
    typed.or_else(|| tags::value(value))
}
