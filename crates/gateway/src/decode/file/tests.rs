//! Files as they are found: of Jaeger's API and UI, of Zipkin's senders, and damaged ones.

use opentelemetry_proto::tonic::{
    common::v1::{KeyValue, any_value::Value as Any},
    resource::v1::Resource,
    trace::v1::Span,
};
use prost::Message;

use super::*;

const MICROS: u64 = 1_000;

struct Imported {
    format: FileFormat,
    /// The spans with their services, in the order of the file.
    spans: Vec<(String, Span)>,
    problems: Vec<String>,
}

fn import(text: &str) -> Imported {
    let file = decode(text.as_bytes()).unwrap();
    let mut spans = Vec::new();
    for (origin, received) in file.decoded.batch {
        let resource = Resource::decode(origin.resource).unwrap();
        let service = attribute(&resource.attributes, "service.name").unwrap_or_default();
        let decoded = received
            .into_iter()
            .map(|span| (service.clone(), Span::decode(span.body).unwrap()));
        spans.extend(decoded);
    }
    let problems = file.problems.into_iter();
    Imported {
        format: file.format,
        spans,
        problems: problems
            .map(|problem| format!("{}: {}", problem.at, problem.reason))
            .collect(),
    }
}

fn decode(body: &[u8]) -> Result<DecodedFile, Malformed> {
    decode_file(
        Encoding::JsonLines,
        Bytes::copy_from_slice(body),
        |_| Ok(()),
    )
}

fn error(body: &[u8]) -> String {
    decode(body).unwrap_err().to_string()
}

/// Returns an attribute as text.
fn attribute(attributes: &[KeyValue], key: &str) -> Option<String> {
    let pair = attributes.iter().find(|pair| pair.key == key)?;
    match pair.value.clone()?.value? {
        Any::StringValue(text) => Some(text),
        other => Some(format!("{other:?}")),
    }
}

/// A trace as Jaeger's UI downloads it: `null` for absent lists, ids without leading zeros.
const JAEGER: &str = r#"{"data": [{"traceID": "3f6a1", "spans": [
    {"traceID": "3f6a1", "spanID": "a1", "operationName": "GET /", "references": null, "flags": 1,
     "startTime": 1700000000000000, "duration": 2500, "processID": "p1", "warnings": null, "logs": null,
     "tags": [{"key": "span.kind", "type": "string", "value": "server"},
              {"key": "http.status_code", "type": "int64", "value": "500"},
              {"key": "error", "type": "bool", "value": true}]},
    {"traceID": "3f6a1", "spanID": "a2", "operationName": "SELECT", "processID": "p2",
     "references": [{"refType": "FOLLOWS_FROM", "traceID": "99", "spanID": "b1"},
                    {"refType": "CHILD_OF", "traceID": "3f6a1", "spanID": "a1"}],
     "startTime": "1700000000000500", "duration": 1000.5,
     "tags": [{"key": "db.statement", "type": "string", "value": "SELECT 1"},
              {"key": "otel.scope.name", "type": "string", "value": "sqlx"},
              {"key": "cold", "type": "float64", "value": "0.5"}],
     "logs": [{"timestamp": 1700000000000600, "fields": [
        {"key": "event", "type": "string", "value": "error"},
        {"key": "error.kind", "type": "string", "value": "Timeout"},
        {"key": "message", "type": "string", "value": "too slow"}]}]}],
  "processes": {"p1": {"serviceName": "shop", "tags": [{"key": "hostname", "type": "string", "value": "a"}]},
                "p2": {"serviceName": "store", "tags": []}}}], "total": 0, "errors": null}"#;

#[test]
fn trace_of_jaeger_is_converted() {
    let file = import(JAEGER);
    assert_eq!((file.format, file.problems), (FileFormat::Jaeger, vec![]));
    let [(shop, server), (store, select)] = &*file.spans else {
        panic!("{} spans", file.spans.len());
    };
    assert_eq!((&**shop, &**store), ("shop", "store"));
    assert_eq!(server.trace_id[13..], [0x03, 0xf6, 0xa1]);
    assert_eq!((server.kind, server.status.as_ref().unwrap().code), (2, 2));
    let status = attribute(&server.attributes, "http.response.status_code");
    assert_eq!(status.as_deref(), Some("IntValue(500)"));
    assert_eq!(
        server.end_time_unix_nano - server.start_time_unix_nano,
        2_500 * MICROS
    );
    assert_eq!(select.parent_span_id, server.span_id);
    assert_eq!(select.start_time_unix_nano, 1_700_000_000_000_500_000);
    assert_eq!(
        select.end_time_unix_nano - select.start_time_unix_nano,
        1_000_500
    );
    assert_eq!(select.links.len(), 1);
    assert_eq!(
        attribute(&select.links[0].attributes, "opentracing.ref_type").as_deref(),
        Some("follows_from")
    );
    assert_eq!(
        attribute(&select.attributes, "db.query.text").as_deref(),
        Some("SELECT 1")
    );
    let event = &select.events[0];
    assert_eq!(event.name, "exception");
    assert_eq!(
        attribute(&event.attributes, "exception.type").as_deref(),
        Some("Timeout")
    );
}

#[test]
fn jaeger_is_found_as_a_single_trace_a_list_a_span_and_lines() {
    let data: serde_json::Value = serde_json::from_str(JAEGER).unwrap();
    let trace = data["data"][0].clone();
    let span = r#"{"traceID": "1", "spanID": "2", "operationName": "a", "startTime": 1700000000000000,
        "process": {"serviceName": "shop", "tags": []}}"#;
    for (text, spans) in [
        (trace.to_string(), 2),
        (format!("[{trace}]"), 2),
        (span.to_owned(), 1),
        (format!("[{span},{span}]"), 2),
        (format!("{trace}\n{data}\n"), 4),
    ] {
        let file = import(&text);
        assert_eq!(file.format, FileFormat::Jaeger);
        // Stored spans are compared later.
        assert_eq!(file.spans.len(), spans, "{text}");
        assert_eq!(file.spans[0].0, "shop");
    }
}

#[test]
fn invalid_spans_of_jaeger_are_skipped_alone_with_their_position() {
    let file = import(
        r#"{"data": [{"traceID": "1", "processes": {}, "spans": [
            {"spanID": "", "operationName": "no id", "startTime": 1},
            {"spanID": "2", "operationName": "no process", "startTime": 1700000000000000, "duration": -5, "processID": "p9"},
            {"spanID": "3", "operationName": ["no text"]},
            {"spanID": "0123456789abcdef0", "operationName": "too long"}]}]}"#,
    );
    let names: Vec<_> = file.spans.iter().map(|(_, span)| &*span.name).collect();
    assert_eq!(names, ["no process"]);
    let (_, span) = &file.spans[0];
    assert_eq!(span.start_time_unix_nano, span.end_time_unix_nano);
    let expected = [
        "data[0].spans[0]: spanID",
        "data[0].spans[1]: its negative duration",
        "data[0].spans[1]: without a service",
        "data[0].spans[2]: not a span",
        "data[0].spans[3]: spanID",
    ];
    assert_eq!(file.problems.len(), expected.len(), "{:?}", file.problems);
    for (problem, start) in file.problems.iter().zip(expected) {
        assert!(problem.starts_with(start), "{problem}");
    }
}

#[test]
fn spans_of_zipkin_are_converted() {
    let file = import(
        r#"[{"traceId": "5af7183fb1d4cf5f", "id": "352bff9a74ca9ad2", "name": "get /api", "kind": "CLIENT",
            "timestamp": 1700000000000000, "duration": 1431, "parentId": null,
            "localEndpoint": {"serviceName": "frontend", "ipv4": "172.19.0.2", "port": 8080},
            "remoteEndpoint": [], "annotations": [{"timestamp": 1700000000000200, "value": "ws"}],
            "tags": {"http.method": "GET", "http.path": "/api", "error": "503"}},
           {"traceId": "5af7183fb1d4cf5f", "id": "352bff9a74ca9ad2", "name": "get /api", "kind": "SERVER",
            "shared": true, "localEndpoint": {"serviceName": "backend"}, "tags": {}},
           {"traceId": "5af7183fb1d4cf5f", "id": "6b221d5bc9e6496c", "parentId": "352bff9a74ca9ad2", "name": "poll",
            "timestampMicros": 1700000000000300, "durationMicros": 10}]"#,
    );
    assert_eq!(file.format, FileFormat::Zipkin);
    let by_service = |service: &str| {
        let mut spans = file.spans.iter();
        &spans.find(|(found, _)| found == service).unwrap().1
    };
    let client = by_service("frontend");
    assert_eq!(client.trace_id[..8], [0; 8]);
    assert_eq!((client.kind, &*client.events[0].name), (3, "ws"));
    assert_eq!(client.status.as_ref().unwrap().message, "503");
    for (key, value) in [
        ("http.request.method", "GET"),
        ("url.path", "/api"),
        ("network.local.address", "172.19.0.2"),
    ] {
        assert_eq!(attribute(&client.attributes, key).as_deref(), Some(value));
    }
    // The server shares the client's id, and has no time of its own.
    let server = by_service("backend");
    assert_eq!(server.span_id, client.span_id);
    assert_eq!(server.start_time_unix_nano, client.start_time_unix_nano);
    assert!(file.problems[0].starts_with("[1]: without a time"));
    let poll = by_service("");
    assert_eq!(poll.start_time_unix_nano, 1_700_000_000_000_300_000);
}

#[test]
fn traces_of_zipkins_api_are_lists_in_a_list() {
    let span = r#"{"traceId": "1", "id": "2", "timestamp": 1700000000000000}"#;
    let file = import(&format!("[[{span}], [{span}, {{\"id\": 1}}, null]]"));
    assert_eq!(file.spans.len(), 2);
    assert!(
        file.problems[0].starts_with("[1][1]: "),
        "{:?}",
        file.problems
    );
    assert!(file.problems[1].starts_with("[1][2]: not an object"));
}

#[test]
fn otlp_is_found_in_responses_of_others() {
    let spans = r#"[{"scopeSpans": [{"spans": [{"traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": "eee19b7ec3c1b174", "name": "a", "startTimeUnixNano": "1700000000000000000"}]}]}]"#;
    let spans = spans.replace('\n', "");
    let request = format!(r#"{{"resourceSpans": {spans}}}"#);
    for text in [
        request.clone(),
        format!("\u{feff}{request}\n"),
        format!("{request}\n{request}"),
        format!("[{request}]"),
        format!(r#"{{"batches": {spans}}}"#),
        format!(r#"{{"trace": {request}}}"#),
        format!(r#"{{"result": {request}}}"#),
    ] {
        let file = import(&text);
        assert_eq!(file.format, FileFormat::OtlpJson);
        assert_eq!(file.spans[0].1.name, "a", "{text}");
    }
}

#[test]
fn invalid_lines_are_reported_with_their_numbers() {
    let span = r#"{"traceId": "1", "id": "2", "timestamp": 1700000000000000}"#;
    let file = import(&format!("{span}\n\n{{\"traceId\": \"1\n{{}}\n"));
    assert_eq!(file.spans.len(), 1);
    assert!(
        file.problems[0].starts_with("line 3: "),
        "{:?}",
        file.problems
    );
    assert!(file.problems[1].starts_with("line 4: an empty object"));
}

#[test]
fn file_without_a_known_format_is_an_error_that_says_why() {
    let utf_16: Vec<u8> = "\u{feff}{}"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let cut = &JAEGER[..300];
    let python =
        r#"{"name": "a", "context": {"trace_id": "0x1"}, "start_time": "2025-01-09T14:21:04Z"}"#;
    let zipkin_v1 = r#"[{"traceId": "1", "binaryAnnotations": []}]"#;
    for (body, reason) in [
        (&b""[..], "empty"),
        (b" \n", "empty"),
        (b"null", "not an object"),
        (b"123", "not an object"),
        (b"[]", "a list without spans"),
        (b"{}", "an empty object"),
        (b"PK\x03\x04", "not JSON"),
        (b"<html>", "not JSON"),
        (cut.as_bytes(), "cut off"),
        (&utf_16, "UTF-8"),
        (python.as_bytes(), "Python"),
        (zipkin_v1.as_bytes(), "a list without spans"),
        (br#"{"hits": {"hits": []}}"#, "\"hits\""),
    ] {
        let error = error(body);
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn problems_and_memory_are_bounded() {
    let spans = vec![r#"{"traceId": "x", "id": "2"}"#; 200].join(",");
    let file = decode(format!("[{spans}]").as_bytes()).unwrap();
    assert_eq!(file.problems.len(), collector::MAX_PROBLEMS);
    assert_eq!(file.decoded.rejections.total(), 200);

    let limit = 100_000;
    let reserve = |bytes: usize| match bytes <= limit {
        true => Ok(()),
        false => Err(Malformed::EmptyFile),
    };
    let span = r#"{"traceId": "1", "id": "2", "timestamp": 1700000000000000}"#;
    let body = format!("[{}]", vec![span; 1_000].join(","));
    let body = Bytes::from(body);
    assert!(decode_file(Encoding::JsonLines, body, reserve).is_err());
}
