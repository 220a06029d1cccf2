//! Lenient decoding: formats that other receivers accept, and repairs that affect one text of a
//! span. The response says so.

use opentelemetry_proto::tonic::{
    collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse},
    trace::v1::Status,
};
use prost::Message;
use serde_json::{Value, json};

use crate::support::{
    Answer, JSON, PROTOBUF, TestGateway, enclose, exception, gzip, request, span, trace_id,
};

const ID: &str = "5b8efff798038103d269b633813fc60c";

fn json_request(spans: &Value) -> Value {
    json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]})
}

async fn spans(gateway: &TestGateway, trace: &str) -> Vec<Value> {
    let trace = gateway.get(&format!("/api/traces/{trace}")).await.json();
    let resources = trace["resourceSpans"].as_array().unwrap().iter();
    let scopes = resources.flat_map(|resource| resource["scopeSpans"].as_array().unwrap());
    let spans = scopes.flat_map(|scope| scope["spans"].as_array().unwrap());
    spans.cloned().collect()
}

fn warning(answer: &Answer) -> (i64, String) {
    assert_eq!(answer.status, 200, "{answer:?}");
    if answer.header("content-type").contains("json") {
        let partial = answer.json()["partialSuccess"].clone();
        let rejected = partial["rejectedSpans"].as_str().unwrap_or("0").parse();
        let message = partial["errorMessage"].as_str().unwrap_or_default();
        (rejected.unwrap(), message.to_owned())
    } else {
        let response = ExportTraceServiceResponse::decode(answer.body.clone()).unwrap();
        let partial = response.partial_success.unwrap_or_default();
        (partial.rejected_spans, partial.error_message)
    }
}

#[tokio::test]
async fn lone_surrogate_becomes_u_fffd() {
    // Leading, trailing, twice, before another escape, before a pair, in every text of a span.
    for (text, expected) in [
        (r"hello worl\ud83c", "hello worl\u{fffd}"),
        (r"\udf0d hello", "\u{fffd} hello"),
        (r"\ud83c\ud83c", "\u{fffd}\u{fffd}"),
        (r"\ud83c\n", "\u{fffd}\n"),
        (r"\ud83c\ud83c\udf0d", "\u{fffd}\u{1f30d}"),
        (r"\udf0d\ud83c", "\u{fffd}\u{fffd}"),
    ] {
        let gateway = TestGateway::start().await;
        let body = json!({"resourceSpans": [{
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "web"}}]},
            "scopeSpans": [{"spans": [
                {"traceId": ID, "spanId": "0000000000000001", "name": "whole \u{1f30d}"},
                {"traceId": ID, "spanId": "0000000000000002", "name": "TEXT", "traceState": "TEXT",
                    "attributes": [{"key": "TEXT", "value": {"stringValue": "TEXT"}},
                        {"key": "list", "value": {"arrayValue": {"values": [{"stringValue": "TEXT"}]}}}],
                    "events": [{"name": "TEXT"}], "status": {"code": 2, "message": "TEXT"},
                    "unknown": "TEXT"}]}]}]});
        let body = body.to_string().replace("TEXT", text);
        let answer = gateway.post(JSON, body).await;
        let (rejected, message) = warning(&answer);
        assert_eq!(rejected, 0);
        assert!(message.contains("1 span: stored with"), "{message}");
        let spans = spans(&gateway, ID).await;
        assert_eq!(
            (spans.len(), &spans[0]["name"]),
            (2, &json!("whole \u{1f30d}"))
        );
        for text in [
            &spans[1]["name"],
            &spans[1]["traceState"],
            &spans[1]["attributes"][0]["key"],
            &spans[1]["attributes"][0]["value"]["stringValue"],
            &spans[1]["attributes"][1]["value"]["arrayValue"]["values"][0]["stringValue"],
            &spans[1]["events"][0]["name"],
            &spans[1]["status"]["message"],
        ] {
            assert_eq!(text, expected);
        }
        assert_eq!(gateway.status().await.repaired["invalid_utf8"], 1);
        assert_eq!(gateway.list("service=web").await.len(), 1);
    }
}

#[tokio::test]
async fn member_names_that_are_not_utf_8_are_ignored() {
    let gateway = TestGateway::start().await;
    let body = json_request(&json!([{"traceId": ID, "spanId": "0000000000000001", "NAME": 1}]));
    let body = body.to_string().replace("NAME", r"\ud83c");
    assert_eq!(gateway.post(JSON, body).await.json(), json!({}));
    assert_eq!(gateway.status().await.spans_kept, 1);
}

/// Encodes the request, and replaces each `mark` by invalid UTF-8 of the same length.
fn with_bytes(request: &ExportTraceServiceRequest, mark: &str, bytes: &[u8]) -> Vec<u8> {
    assert_eq!(mark.len(), bytes.len());
    let mut encoded = request.encode_to_vec();
    let mark = mark.as_bytes();
    let offsets: Vec<usize> = (0..encoded.len().saturating_sub(mark.len() - 1))
        .filter(|at| encoded[*at..].starts_with(mark))
        .collect();
    for at in offsets {
        encoded[at..at + mark.len()].copy_from_slice(bytes);
    }
    encoded
}

#[tokio::test]
async fn invalid_utf_8_becomes_u_fffd_in_every_text_of_protobuf() {
    let marked = |id: u8| {
        let mut span = exception(span(1, id, "cut ####"), "cut ####");
        span.trace_state = "a=####".to_owned();
        span.attributes.clone_from(&span.events[0].attributes);
        span.attributes[0].key = "cut ####".to_owned();
        span.links
            .push(opentelemetry_proto::tonic::trace::v1::span::Link {
                trace_id: vec![9; 16],
                span_id: vec![9; 8],
                trace_state: "####".to_owned(),
                attributes: span.attributes.clone(),
                ..Default::default()
            });
        span.status = Some(Status {
            message: "cut ####".to_owned(),
            code: 2,
        });
        span
    };
    for bytes in [
        b"abc\xc3",
        b"ab\xe2\x82",
        b"\xff\xfe\xfd\xfc",
        b"a\xed\xa0\xbc",
    ] {
        let gateway = TestGateway::start().await;
        let mut sent = request("shop ####", vec![marked(1), span(1, 2, "whole")]);
        let resource = &mut sent.resource_spans[0];
        resource.schema_url = "####".to_owned();
        resource.scope_spans[0].schema_url = "####".to_owned();
        resource.scope_spans[0].scope.as_mut().unwrap().name = "scope ####".to_owned();
        let answer = gateway
            .post(PROTOBUF, with_bytes(&sent, "####", bytes))
            .await;
        assert_eq!(warning(&answer).0, 0);
        let expected = |text: &str| text.replace("####", &String::from_utf8_lossy(bytes));
        let replaced = |text: &str| expected(text).contains('\u{fffd}');
        assert!(replaced("####"));

        let stored = gateway.get(&format!("/api/traces/{}", trace_id(1))).await;
        let text = String::from_utf8(stored.body.to_vec()).unwrap();
        assert!(!text.contains("####"));
        let spans = spans(&gateway, &trace_id(1)).await;
        assert_eq!((spans.len(), &spans[1]["name"]), (2, &json!("whole")));
        // Both spans have the invalid resource and scope.
        assert_eq!(gateway.status().await.repaired["invalid_utf8"], 2);
        assert_eq!(gateway.list("").await.len(), 1);
    }
}

/// Another span of the same group is stored byte for byte.
#[tokio::test]
async fn only_spans_with_invalid_text_are_repaired() {
    let gateway = TestGateway::start().await;
    let mut whole = span(1, 2, "whole \u{1f680}").encode_to_vec();
    whole.extend(b"\xfa\x3e\x03new");
    let cut = [
        &span(1, 1, "").encode_to_vec()[..],
        b"\x2a\x04cut\xc3\xfa\x3e\x03new",
    ]
    .concat();
    let group = |spans: &[&[u8]]| -> Vec<u8> {
        let spans: Vec<u8> = spans.iter().flat_map(|span| enclose(2, span)).collect();
        enclose(1, &enclose(2, &spans))
    };
    let answer = gateway.post(PROTOBUF, group(&[&cut, &whole])).await;
    assert!(warning(&answer).1.starts_with("1 span: stored with"));
    let stored = |id: u8| {
        let sql = "SELECT body FROM span WHERE span_id = ?";
        let body = gateway
            .database()
            .query_row(sql, [vec![id; 8]], |row| row.get(0));
        body.unwrap()
    };
    let body: Vec<u8> = stored(2);
    assert_eq!(body, whole);
    // The repaired span still has its unknown fields.
    let body: Vec<u8> = stored(1);
    assert!(
        body.ends_with("\u{2a}\u{6}cut\u{fffd}".as_bytes()) || body.ends_with(b"\xfa\x3e\x03new")
    );
    assert!(body.ends_with(b"\xfa\x3e\x03new"));
}

#[tokio::test]
async fn enum_values_are_accepted_by_name_and_by_digits() {
    let kinds = [
        "UNSPECIFIED",
        "INTERNAL",
        "SERVER",
        "CLIENT",
        "PRODUCER",
        "CONSUMER",
    ];
    for (number, kind) in kinds.iter().enumerate() {
        let gateway = TestGateway::start().await;
        let span = |id: u8, kind: Value, code: &str| {
            json!({"traceId": ID, "spanId": format!("{id:016x}"), "kind": kind,
                "status": {"code": code, "message": "boom"}})
        };
        let body = json_request(&json!([
            span(1, json!(format!("SPAN_KIND_{kind}")), "STATUS_CODE_ERROR"),
            span(2, json!(number.to_string()), "2"),
            span(
                3,
                json!(format!("span_kind_{}", kind.to_lowercase())),
                "STATUS_CODE_OK"
            ),
        ]));
        assert_eq!(gateway.post(JSON, body.to_string()).await.json(), json!({}));
        let spans = spans(&gateway, ID).await;
        assert!(spans.iter().all(|span| span["kind"] == number), "{kind}");
        let codes: Vec<_> = spans
            .iter()
            .map(|span| span["status"]["code"].clone())
            .collect();
        assert_eq!(codes, [2, 2, 1]);
    }
    let gateway = TestGateway::start().await;
    let unknown =
        json_request(&json!([{"traceId": ID, "spanId": "0000000000000001", "kind": "X"}]));
    let answer = gateway.post(JSON, unknown.to_string()).await;
    assert_eq!(answer.status, 400);
    assert!(answer.json()["message"].as_str().unwrap().contains("\"X\""));
}

#[tokio::test]
async fn ids_are_accepted_in_base64() {
    let gateway = TestGateway::start().await;
    let body = json_request(&json!([
        {"traceId": "W47/95gDgQPSabYzgT/GDA==", "spanId": "7uGbfsPBsXQ=", "parentSpanId": "7uGbfsPBsXM"},
        {"traceId": "W47_95gDgQPSabYzgT_GDA", "spanId": "7uGbfsPBsXU",
            "links": [{"traceId": "W47/95gDgQPSabYzgT/GDA==", "spanId": "7uGbfsPBsXQ="}]},
        {"traceId": "W47/95gDgQPSabYzgT/G", "spanId": "7uGbfsPBsXQ="},
        {"traceId": "AAAAAAAAAAAAAAAAAAAAAA==", "spanId": "7uGbfsPBsXQ="},
    ]));
    assert_eq!(warning(&gateway.post(JSON, body.to_string()).await).0, 2);
    let spans = spans(&gateway, ID).await;
    assert_eq!(spans[0]["spanId"], "eee19b7ec3c1b174");
    assert_eq!(spans[0]["parentSpanId"], "eee19b7ec3c1b173");
    assert_eq!(spans[1]["spanId"], "eee19b7ec3c1b175");
    assert_eq!(spans[1]["links"][0]["traceId"], ID);
}

fn one(id: u8) -> Value {
    let span = json!({"traceId": ID, "spanId": format!("{id:016x}"), "name": format!("line {id}")});
    json_request(&json!([span]))
}

#[tokio::test]
async fn byte_order_mark_before_json_is_skipped() {
    for (path, content_type) in [
        ("/v1/traces", JSON),
        ("/api/import", "application/x-ndjson"),
    ] {
        let gateway = TestGateway::start().await;
        let answer = send(&gateway, path, content_type, format!("\u{feff}{}", one(1))).await;
        assert_eq!(answer.status, 200);
        let status = gateway.status().await;
        assert_eq!((status.spans_kept, status.rejected.len()), (1, 0));
    }
    let gateway = TestGateway::start().await;
    let utf_16: Vec<u8> = format!("\u{feff}{}", one(1))
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let answer = gateway.post(JSON, utf_16).await;
    assert_eq!(answer.status, 400);
    assert!(answer.json()["message"].as_str().unwrap().contains("UTF-8"));
}

async fn send(
    gateway: &TestGateway,
    path: &str,
    content_type: &str,
    body: impl Into<axum::body::Body>,
) -> Answer {
    let post = axum::http::Request::post(path).header("content-type", content_type);
    gateway.send(post.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn lines_of_the_collector_file_exporter_are_imported() {
    let lines = [one(1), one(2), one(3)].map(|line| line.to_string());
    for content_type in [
        JSON,
        "application/x-ndjson",
        "application/jsonl; charset=utf-8",
    ] {
        for body in [
            lines.join("\n"),
            lines.join("\n") + "\n",
            lines.join("\r\n\r\n"),
            format!("\u{feff}{}\n", lines.join("\n")),
            // A file in which the collector writes all signals.
            format!("{}\n{}", r#"{"resourceMetrics": [{}]}"#, lines.join("\n")),
        ] {
            let gateway = TestGateway::start().await;
            let answer = send(&gateway, "/api/import", content_type, body.clone()).await;
            let report = answer.json();
            assert_eq!(
                (
                    answer.status.as_u16(),
                    &report["spans"],
                    &report["problems"]
                ),
                (200, &json!(3), &json!([])),
                "{body}"
            );
            assert_eq!(gateway.status().await.spans_kept, 3, "{body}");
        }
    }
}

#[tokio::test]
async fn invalid_line_is_rejected_and_the_others_are_imported() {
    let gateway = TestGateway::start().await;
    let cut = &one(2).to_string()[..40];
    let body = format!("{}\n{cut}\n{}", one(1), one(3));
    let answer = send(&gateway, "/api/import", JSON, body).await;
    let report = answer.json();
    assert_eq!(
        (&report["spans"], &report["skipped"]),
        (&json!(2), &json!(1))
    );
    assert!(
        report["problems"].to_string().contains("line 2"),
        "{report}"
    );
    let status = gateway.status().await;
    assert_eq!((status.spans_kept, status.rejected["invalid_line"]), (2, 1));

    let none = send(&gateway, "/api/import", JSON, "{\n\"resourceSpans\": [\n").await;
    assert_eq!(none.status, 400);
    // Only imported files may have several lines.
    let lines = format!("{}\n{}", one(1), one(3));
    assert_eq!(gateway.post(JSON, lines).await.status, 400);
}

#[tokio::test]
async fn each_media_type_of_protobuf_is_accepted_and_used_in_the_response() {
    for name in [
        PROTOBUF,
        "application/protobuf",
        "application/vnd.google.protobuf",
        "application/x-google-protobuf",
    ] {
        let gateway = TestGateway::start().await;
        let body = request("shop", vec![span(1, 1, "a")]).encode_to_vec();
        let content_type = format!("{name}; charset=utf-8");
        let answer = gateway.post(&content_type, body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-type")),
            (200, name)
        );
        assert_eq!(gateway.status().await.spans_kept, 1);
        let bad = gateway.post(name, "\u{a}no message").await;
        assert_eq!(
            (bad.status.as_u16(), bad.header("content-type")),
            (400, name)
        );
    }
}

#[tokio::test]
async fn misplaced_spans_are_reported() {
    let span = json!({"traceId": ID, "spanId": "0000000000000001", "name": "a"});
    let snake = json!({"trace_id": ID, "span_id": "0000000000000001"});
    let jaeger = json!({"traceID": ID, "spanID": "0000000000000001", "operationName": "a",
        "references": [{"refType": "CHILD_OF", "traceID": ID, "spanID": "0000000000000002"}]});
    let zipkin = json!({"traceId": ID, "id": "0000000000000001", "name": "a"});
    let scope = json!({"spans": [span, span]});
    for (body, rejected, seen) in [
        (
            json!({"resource_spans": [{"scope_spans": [{"spans": [snake]}]}]}),
            1,
            "resource_spans[].scope_spans[].spans[]",
        ),
        (
            json!({"resourceSpans": [{"scope_spans": [scope]}]}),
            2,
            "resourceSpans[].scope_spans[].spans[]",
        ),
        (
            json!({"resourceSpans": [{"instrumentationLibrarySpans": [scope]}]}),
            2,
            "instrumentationLibrarySpans",
        ),
        (
            json!({"batches": [{"scopeSpans": [scope]}]}),
            2,
            "batches[].scopeSpans[].spans[]",
        ),
        (
            json!({"trace": {"resourceSpans": [{"scopeSpans": [scope]}]}}),
            2,
            "trace.resourceSpans[]",
        ),
        (
            json!({"data": [{"traceID": ID, "spans": [jaeger, jaeger], "processes": {}}]}),
            2,
            "Jaeger",
        ),
        (json!([zipkin, zipkin, zipkin]), 3, "Zipkin"),
        (
            json!([{"scopeSpans": [scope]}]),
            2,
            "[].scopeSpans[].spans[]",
        ),
        (
            json!({"resource": {}, "scopeSpans": [scope]}),
            2,
            "scopeSpans[].spans[]",
        ),
        (json!({"spans": [span]}), 1, "spans[]"),
        (json!(span), 1, "spans"),
        (json!({"resourceMetrics": []}), 0, "resourceMetrics"),
        (json!({"data": []}), 0, "data"),
        // Also in addition to accepted spans.
        (
            json!({"resourceSpans": [{"scopeSpans": [{"spans": [zipkin]}]}, {"scope_spans": [scope]}]}),
            3,
            "scope_spans",
        ),
    ] {
        let gateway = TestGateway::start().await;
        let answer = gateway.post(JSON, body.to_string()).await;
        let (count, message) = warning(&answer);
        assert_eq!(count, rejected, "{body}\n{message}");
        assert!(message.contains(seen), "{body}\n{message}");
        assert!(
            message.contains("resourceSpans") || message.contains("OTLP"),
            "{message}"
        );
        assert_eq!(gateway.status().await.spans_kept, 0);
    }
}

#[tokio::test]
async fn other_protobuf_message_is_reported() {
    let gateway = TestGateway::start().await;
    // A single ResourceSpans, and OTLP before 0.20, which has spans in field 1000.
    let inner = enclose(2, &enclose(2, &span(1, 1, "a").encode_to_vec()));
    let old = [&[0xc2, 0x3e, 2][..], b"\x12\x00"].concat();
    for body in [inner, enclose(1, &old)] {
        let answer = gateway.post(PROTOBUF, body).await;
        let (rejected, message) = warning(&answer);
        assert!(
            rejected == 0 && message.contains("ExportTraceServiceRequest"),
            "{message}"
        );
    }
}

#[tokio::test]
async fn mismatched_content_type_is_400_with_a_hint() {
    let gateway = TestGateway::start().await;
    let json = one(1).to_string();
    for (body, expected) in [
        (json.clone().into_bytes(), "application/json"),
        (format!("\u{feff} {json}").into_bytes(), "application/json"),
        (gzip(json.as_bytes()), "Content-Encoding: gzip"),
    ] {
        let answer = gateway.post(PROTOBUF, body).await;
        assert_eq!(answer.status, 400);
        let text = String::from_utf8_lossy(&answer.body);
        assert!(text.contains(expected), "{text}");
    }
}
