//! Requests as a page and its back end send them, encoded once; each copy gets ids of its own.

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value::Value},
    resource::v1::Resource,
    trace::v1::{ResourceSpans, ScopeSpans, Span},
};
use prost::Message;

/// Spans of one trace: a click, its request, the back end's spans and statements.
pub(crate) const SPANS_PER_TRACE: u64 = 10;

const SERVICES: u64 = 5;
const ROUTES: [&str; 4] = [
    "/api/activities/home",
    "/api/activities/{uuid}/like",
    "/api/messages",
    "/api/users/{handle}",
];

/// Encoded requests of `size` spans, all different.
#[derive(Debug)]
pub(crate) struct Requests {
    size: u64,
    next_span: u64,
    start_unix_nano: u64,
}

impl Requests {
    /// `part` keeps the ids of several senders apart.
    pub(crate) const fn new(size: u64, part: u64, start_unix_nano: u64) -> Self {
        Self {
            size,
            next_span: part << 40,
            start_unix_nano,
        }
    }

    pub(crate) fn next(&mut self) -> Vec<u8> {
        let spans = (self.next_span..self.next_span + self.size).map(|number| self.span(number));
        let request = request(self.next_span / self.size, spans.collect());
        self.next_span += self.size;
        request.encode_to_vec()
    }

    fn span(&self, number: u64) -> Span {
        let (trace, place) = (number / SPANS_PER_TRACE, number % SPANS_PER_TRACE);
        let start = self.start_unix_nano + trace % (1 << 40) * 1_000_000 + place * 1000;
        let route = ROUTES[usize::try_from(trace % 4).unwrap_or_default()];
        Span {
            trace_id: [mixed(trace).to_be_bytes(), trace.to_be_bytes()].concat(),
            span_id: mixed(number).to_be_bytes().to_vec(),
            parent_span_id: match place {
                0 => Vec::new(),
                _ => mixed(number - place).to_be_bytes().to_vec(),
            },
            name: format!("GET {route}"),
            kind: 2,
            start_time_unix_nano: start,
            end_time_unix_nano: start + 1_000_000 + trace % 97 * 1_000_000,
            attributes: attributes(trace, route),
            ..Span::default()
        }
    }
}

/// Ids that are spread as random ones are, and not zero.
const fn mixed(number: u64) -> u64 {
    (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (number >> 7)
}

fn attributes(trace: u64, route: &str) -> Vec<KeyValue> {
    let text = |key: &str, value: &str| attribute(key, Value::StringValue(value.to_owned()));
    let path = format!("{}?page={}", route, trace % 1000);
    vec![
        text("http.request.method", "GET"),
        text("http.route", route),
        text("url.path", &path),
        text("url.scheme", "http"),
        text("server.address", "127.0.0.1"),
        attribute("server.port", Value::IntValue(4567)),
        attribute("http.response.status_code", Value::IntValue(200)),
        text("user_agent.original", "Mozilla/5.0 (X11; Linux x86_64)"),
    ]
}

fn attribute(key: &str, value: Value) -> KeyValue {
    let value = Some(AnyValue { value: Some(value) });
    KeyValue {
        key: key.to_owned(),
        value,
        ..KeyValue::default()
    }
}

fn request(number: u64, spans: Vec<Span>) -> ExportTraceServiceRequest {
    let service = format!("service-{}", number % SERVICES);
    let resource = Resource {
        attributes: vec![attribute("service.name", Value::StringValue(service))],
        ..Resource::default()
    };
    let scope = InstrumentationScope {
        name: "bench".to_owned(),
        ..InstrumentationScope::default()
    };
    let scope_spans = ScopeSpans {
        scope: Some(scope),
        spans,
        ..ScopeSpans::default()
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
