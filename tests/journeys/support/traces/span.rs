//! A span, parsed from OTLP.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span as OtlpSpan};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
    pub(crate) parent_id: Option<String>,
    pub(crate) name: String,
    pub(crate) kind: SpanKind,
    /// Nanoseconds since the Unix epoch, like `end`.
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) error: bool,
    pub(crate) service: String,
    pub(crate) attributes: BTreeMap<String, String>,
    /// Trace and span ids of the linked spans.
    pub(crate) links: Vec<(String, String)>,
}

impl Span {
    pub(crate) fn from_otlp(resources: Vec<ResourceSpans>) -> Vec<Self> {
        resources.into_iter().flat_map(of_resource).collect()
    }

    pub(crate) fn attribute(&self, key: &str) -> &str {
        self.attributes.get(key).map_or("", String::as_str)
    }

    pub(crate) fn is_sql(&self) -> bool {
        self.kind == SpanKind::Client && self.attributes.contains_key("db.system.name")
    }

    pub(crate) fn is_http_request(&self) -> bool {
        self.kind == SpanKind::Client && self.attributes.contains_key("http.request.method")
    }
}

fn of_resource(resource_spans: ResourceSpans) -> Vec<Span> {
    let service = service_name(resource_spans.resource.unwrap_or_default());
    let scopes = resource_spans.scope_spans.into_iter();
    scopes
        .flat_map(|scope| scope.spans)
        .map(|span| of_service(span, &service))
        .collect()
}

fn service_name(resource: Resource) -> String {
    texts(resource.attributes)
        .remove("service.name")
        .unwrap_or_default()
}

fn of_service(span: OtlpSpan, service: &str) -> Span {
    let links = span.links.iter();
    Span {
        links: links
            .map(|link| (hex(&link.trace_id), hex(&link.span_id)))
            .collect(),
        kind: span.kind(),
        error: span
            .status
            .is_some_and(|status| status.code() == StatusCode::Error),
        trace_id: hex(&span.trace_id),
        span_id: hex(&span.span_id),
        parent_id: (!span.parent_span_id.is_empty()).then(|| hex(&span.parent_span_id)),
        name: span.name,
        start: span.start_time_unix_nano,
        end: span.end_time_unix_nano,
        service: service.to_owned(),
        attributes: texts(span.attributes),
    }
}

fn texts(attributes: Vec<KeyValue>) -> BTreeMap<String, String> {
    let pair = |pair: KeyValue| (pair.key, text(pair.value.unwrap_or_default()));
    attributes.into_iter().map(pair).collect()
}

fn text(value: AnyValue) -> String {
    match value.value {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::BoolValue(flag)) => flag.to_string(),
        Some(Value::DoubleValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    }
}

fn hex(id: &[u8]) -> String {
    id.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a String");
        text
    })
}
