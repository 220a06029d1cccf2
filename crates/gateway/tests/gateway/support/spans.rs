//! Builds requests of spans, and decodes received ones.

use std::io::{self, Read, Write};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value::Value},
    resource::v1::Resource,
    trace::v1::{ResourceSpans, ScopeSpans, Span, span::Event},
};
use prost::Message;

const START: u64 = 1_790_000_000_000_000_000;

/// Returns a span of 10 ms. Traces with higher numbers start later.
pub(crate) fn span(trace: u8, id: u8, name: &str) -> Span {
    let start = START + u64::from(trace) * 1_000_000_000;
    Span {
        trace_id: vec![trace; 16],
        span_id: vec![id; 8],
        name: name.to_owned(),
        start_time_unix_nano: start,
        end_time_unix_nano: start + 10_000_000,
        ..Span::default()
    }
}

/// Adds an exception event.
pub(crate) fn exception(span: Span, message: &str) -> Span {
    let stacktrace = "KeyError: x\n    at like (app.js:12:5)\n    at main (app.js:30:1)";
    exception_at(span, message, stacktrace)
}

/// Adds an exception event with this stack trace.
pub(crate) fn exception_at(mut span: Span, message: &str, stacktrace: &str) -> Span {
    span.events.push(Event {
        time_unix_nano: span.end_time_unix_nano,
        name: "exception".to_owned(),
        attributes: vec![
            text("exception.type", "KeyError"),
            text("exception.message", message),
            text("exception.stacktrace", stacktrace),
        ],
        ..Event::default()
    });
    span
}

/// Returns the hex id of [`span`]'s trace.
pub(crate) fn trace_id(trace: u8) -> String {
    format!("{trace:02x}").repeat(16)
}

pub(crate) fn request(service: &str, spans: Vec<Span>) -> ExportTraceServiceRequest {
    let resource = Resource {
        attributes: vec![text("service.name", service)],
        ..Resource::default()
    };
    let scope = InstrumentationScope {
        name: "test".to_owned(),
        ..InstrumentationScope::default()
    };
    let scope_spans = ScopeSpans {
        scope: Some(scope),
        spans,
        schema_url: "https://opentelemetry.io/schemas/1.41.0".to_owned(),
    };
    let resource_spans = ResourceSpans {
        resource: Some(resource),
        scope_spans: vec![scope_spans],
        ..ResourceSpans::default()
    };
    ExportTraceServiceRequest {
        resource_spans: vec![resource_spans],
    }
}

/// Returns an attribute.
pub(crate) fn text(key: &str, value: &str) -> KeyValue {
    let value = Some(Value::StringValue(value.to_owned()));
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value }),
        ..KeyValue::default()
    }
}

/// Decodes a request compressed by gzip.
pub(super) fn decoded(body: &[u8]) -> io::Result<ExportTraceServiceRequest> {
    Ok(ExportTraceServiceRequest::decode(&*inflated(body)?)?)
}

pub(super) fn inflated(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut inflated = Vec::new();
    GzDecoder::new(body).read_to_end(&mut inflated)?;
    Ok(inflated)
}

pub(super) fn spans_of(request: ExportTraceServiceRequest) -> impl Iterator<Item = Span> {
    let resources = request.resource_spans.into_iter();
    let scopes = resources.flat_map(|resource| resource.scope_spans);
    scopes.flat_map(|scope| scope.spans)
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Encloses a message in a field of another one.
pub(crate) fn enclose(tag: u8, message: &[u8]) -> Vec<u8> {
    let mut enclosed = vec![tag << 3 | 2];
    prost::encoding::encode_varint(message.len() as u64, &mut enclosed);
    enclosed.extend(message);
    enclosed
}
