//! Converts a segment document to OTLP spans: one for the document, one for each subsegment.

use opentelemetry_proto::tonic::{
    common::v1::KeyValue,
    resource::v1::Resource,
    trace::v1::{Span, Status, span::Event},
};
use prost::Message;
use trace_model::{SpanId, TraceId};

use super::{
    attributes::{self, text},
    document::{Document, Exception},
    reassembler::Completed,
};
use crate::{
    decode::{Decoded, Repair, accept},
    wire::Origin,
};

const SERVER: i32 = 2;
const CLIENT: i32 = 3;
const INTERNAL: i32 = 1;
const ERROR: i32 = 2;

/// Converts a document. Rejects spans with invalid ids.
pub(super) fn decode(completed: &Completed) -> Decoded {
    let mut decoded = Decoded::default();
    let mut accepted = Vec::new();
    // A subsegment within a segment may omit the trace id.
    let trace_id = completed.document.trace_id.clone().unwrap_or_default();
    for (document, parent) in all(&completed.document) {
        let span = span(document, &trace_id, parent);
        match accept(span.encode_to_vec().into(), &mut decoded.warnings) {
            Ok(mut span) => {
                span.is_revision = completed.is_revision;
                accepted.push(span);
                if !document.unexpected.is_empty() {
                    decoded.warnings.repaired(Repair::XRayField);
                }
            }
            Err(error) => decoded.rejections.count(error.reason()),
        }
    }
    decoded.batch.push((resource(completed), accepted));
    decoded
}

/// Iterates over the document and its subsegments, each with the id of its nearest parent that
/// has a valid one.
fn all(top: &Document) -> impl Iterator<Item = (&Document, Option<&str>)> {
    let inner = top.subsegments.iter().map(|sub| {
        let mut index = sub.parent;
        while let Some(parent) = index.map(|index| &top.subsegments[index]) {
            if is_id(&parent.document.id) {
                return (&sub.document, Some(&*parent.document.id));
            }
            index = parent.parent;
        }
        (&sub.document, Some(&*top.id))
    });
    std::iter::once((top, None)).chain(inner)
}

fn is_id(text: &str) -> bool {
    text.parse::<SpanId>().is_ok()
}

fn resource(completed: &Completed) -> Origin {
    let mut attributes = Vec::new();
    attributes.extend(
        completed
            .service
            .as_ref()
            .map(|name| text("service.name", name)),
    );
    let sdk = completed.document.aws.get("xray");
    for (key, field) in [
        ("telemetry.sdk.name", "sdk"),
        ("telemetry.sdk.version", "sdk_version"),
    ] {
        let value = sdk.and_then(|sdk| sdk[field].as_str());
        attributes.extend(value.map(|value| text(key, value)));
    }
    let resource = Resource {
        attributes,
        ..Resource::default()
    };
    Origin {
        resource: resource.encode_to_vec().into(),
        ..Origin::default()
    }
}

fn span(document: &Document, trace_id: &str, parent: Option<&str>) -> Span {
    let start = nanos(document.start_time);
    Span {
        trace_id: trace_id
            .parse()
            .map_or_else(|_| Vec::new(), |id: TraceId| id.to_bytes().into()),
        span_id: span_id(&document.id),
        parent_span_id: document
            .parent_id
            .as_deref()
            .filter(|id| is_id(id))
            .or(parent)
            .map(span_id)
            .unwrap_or_default(),
        name: document.name.clone(),
        kind: kind(document, parent),
        start_time_unix_nano: start,
        end_time_unix_nano: document.end_time.map_or(start, nanos),
        attributes: attributes::of(document),
        events: document
            .exceptions
            .iter()
            .map(|exception| event(exception, document))
            .collect(),
        status: status(document),
        ..Span::default()
    }
}

/// Converts an id. An empty one makes the span rejected and counted.
fn span_id(hex: &str) -> Vec<u8> {
    hex.parse()
        .map_or_else(|_| Vec::new(), |id: SpanId| id.to_bytes().into())
}

/// Converts seconds. A double is exact to a quarter of a microsecond, so the result is rounded to
/// microseconds.
fn nanos(seconds: f64) -> u64 {
    // Negative and huge times saturate; huge ones are rejected.
    ((seconds * 1e6).round() as u64).saturating_mul(1000)
}

fn kind(document: &Document, parent: Option<&str>) -> i32 {
    let namespace = document.namespace.as_deref().map(str::to_ascii_lowercase);
    match namespace.as_deref() {
        Some("remote" | "aws") => CLIENT,
        _ if document.is_segment() && parent.is_none() => SERVER,
        _ => INTERNAL,
    }
}

fn status(document: &Document) -> Option<Status> {
    let failed = document.error || document.fault || document.throttle;
    let exception = document.exceptions.first();
    failed.then(|| Status {
        code: ERROR,
        message: exception
            .and_then(|exception| exception.message.clone())
            .unwrap_or_default(),
    })
}

/// Converts an exception. X-Ray has no time for it, so it gets the document's end.
fn event(exception: &Exception, document: &Document) -> Event {
    let frames = &exception.stack;
    let texts = [
        ("exception.type", exception.kind.clone()),
        ("exception.message", exception.message.clone()),
        (
            "exception.stacktrace",
            (!frames.is_empty()).then(|| frames.join("\n")),
        ),
    ];
    let attributes = texts
        .into_iter()
        .filter_map(|(key, value)| Some(text(key, &value?)));
    Event {
        time_unix_nano: nanos(document.end_time.unwrap_or(document.start_time)),
        name: "exception".to_owned(),
        attributes: attributes.collect::<Vec<KeyValue>>(),
        ..Event::default()
    }
}
