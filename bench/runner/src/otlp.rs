//! Reads spans from an export request in any encoding, with the fields that the measurements need.
//!
//! Not with the project's own trace model, so that the measurements find mistakes in that model, and because requests of
//! some SDKs are not valid OTLP.

use std::io::Read as _;

use anyhow::{Context as _, Result};
use axum::http::{HeaderMap, header};
use flate2::read::GzDecoder;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1 as proto;
use prost::Message as _;
use serde_json::Value;

/// Ids in lower-case hex; a root has an empty parent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub trace_id: String,
    pub span_id: String,
    pub parent_span_id: String,
    pub name: String,
    pub start_unix_nanos: u64,
    pub end_unix_nanos: u64,
}

pub fn spans(headers: &HeaderMap, body: &[u8]) -> Result<Vec<Span>> {
    let body = plain(headers, body)?;
    let kind = headers.get(header::CONTENT_TYPE);
    if kind.is_some_and(|kind| kind == "application/x-protobuf") {
        Ok(from_protobuf(&ExportTraceServiceRequest::decode(
            &body[..],
        )?))
    } else {
        let mut spans = Vec::new();
        collect_from_json(&serde_json::from_slice(&body)?, &mut spans);
        Ok(spans)
    }
}

fn plain(headers: &HeaderMap, body: &[u8]) -> Result<Vec<u8>> {
    let encoding = headers.get(header::CONTENT_ENCODING);
    let mut plain = Vec::new();
    if encoding.is_some_and(|encoding| encoding == "gzip") {
        let mut decoder = GzDecoder::new(body);
        decoder.read_to_end(&mut plain).context("not gzip")?;
    } else {
        plain.extend_from_slice(body);
    }
    Ok(plain)
}

fn from_protobuf(request: &ExportTraceServiceRequest) -> Vec<Span> {
    let scopes = request
        .resource_spans
        .iter()
        .flat_map(|all| &all.scope_spans);
    scopes.flat_map(|scope| &scope.spans).map(span).collect()
}

fn span(span: &proto::Span) -> Span {
    Span {
        trace_id: hex(&span.trace_id),
        span_id: hex(&span.span_id),
        parent_span_id: hex(&span.parent_span_id),
        name: span.name.clone(),
        start_unix_nanos: span.start_time_unix_nano,
        end_unix_nanos: span.end_time_unix_nano,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Finds objects that look like spans at any depth, because some SDKs wrap OTLP into JSON of their own.
fn collect_from_json(value: &Value, spans: &mut Vec<Span>) {
    match value {
        Value::Object(fields) if fields.contains_key("spanId") && fields.contains_key("name") => {
            spans.push(json_span(value));
        }
        Value::Object(fields) => fields
            .values()
            .for_each(|field| collect_from_json(field, spans)),
        Value::Array(items) => items.iter().for_each(|item| collect_from_json(item, spans)),
        _ => {}
    }
}

fn json_span(span: &Value) -> Span {
    let text = |key: &str| span[key].as_str().unwrap_or_default().to_owned();
    // OTLP's JSON has 64-bit numbers as strings. Some SDKs write plain numbers.
    let nanos = |key: &str| {
        let written = span[key].as_str().and_then(|text| text.parse().ok());
        written.or_else(|| span[key].as_u64()).unwrap_or_default()
    };
    Span {
        trace_id: text("traceId"),
        span_id: text("spanId"),
        parent_span_id: text("parentSpanId"),
        name: text("name"),
        start_unix_nanos: nanos("startTimeUnixNano"),
        end_unix_nanos: nanos("endTimeUnixNano"),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use axum::http::HeaderValue;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn expected() -> Span {
        Span {
            trace_id: "0a".repeat(16),
            span_id: "0b".repeat(8),
            parent_span_id: String::new(),
            name: "m.root".to_owned(),
            start_unix_nanos: 7,
            end_unix_nanos: 9,
        }
    }

    fn headers(content_type: &'static str, encoding: Option<&'static str>) -> HeaderMap {
        let encoding = encoding.map(|name| (header::CONTENT_ENCODING, name));
        let all = [(header::CONTENT_TYPE, content_type)];
        let all = all.into_iter().chain(encoding);
        all.map(|(name, value)| (name, HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn json_spans_are_found_at_any_depth() {
        let body = format!(
            r#"{{"traces":{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"traceId":"{}","spanId":"{}",
            "name":"m.root","startTimeUnixNano":"7","endTimeUnixNano":9}}]}}]}}]}}}}"#,
            "0a".repeat(16),
            "0b".repeat(8)
        );
        let spans = spans(&headers("application/json", None), body.as_bytes());
        assert_eq!(spans.unwrap(), [expected()]);
    }

    #[test]
    fn compressed_protobuf_is_decoded() {
        let span = proto::Span {
            trace_id: vec![10; 16],
            span_id: vec![11; 8],
            name: "m.root".to_owned(),
            start_time_unix_nano: 7,
            end_time_unix_nano: 9,
            ..Default::default()
        };
        let scope = proto::ScopeSpans {
            spans: vec![span],
            ..Default::default()
        };
        let resource = proto::ResourceSpans {
            scope_spans: vec![scope],
            ..Default::default()
        };
        let request = ExportTraceServiceRequest {
            resource_spans: vec![resource],
        };
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&request.encode_to_vec()).unwrap();
        let headers = headers("application/x-protobuf", Some("gzip"));
        let found = spans(&headers, &gzip.finish().unwrap()).unwrap();
        assert_eq!(found, [expected()]);
    }
}
