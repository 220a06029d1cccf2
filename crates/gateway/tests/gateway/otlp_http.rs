//! OTLP/HTTP: requests, and the responses that the specification requires.

use axum::{
    body::{Body, Bytes},
    http::{Request, StatusCode},
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prost::Message;
use serde_json::json;

use crate::{
    conformance::RpcStatus,
    support::{Answer, JSON, PROTOBUF, TestGateway, client, enclose, gzip, request, serve, span},
};

fn one_span() -> Vec<u8> {
    request("shop", vec![span(1, 1, "GET /")]).encode_to_vec()
}

/// Checks a failure's status and encoding, and returns its message.
fn failure(answer: &Answer, status: u16, content_type: &str) -> String {
    assert_eq!(answer.status, status);
    assert_eq!(answer.header("content-type"), content_type);
    let message = match content_type {
        PROTOBUF => RpcStatus::decode(&*answer.body).unwrap().message,
        _ => answer.json()["message"].as_str().unwrap().to_owned(),
    };
    assert!(!message.is_empty());
    message
}

#[tokio::test]
async fn full_success_is_200_with_an_empty_message_in_the_requests_encoding() {
    let gateway = TestGateway::start().await;
    let protobuf = gateway.post(PROTOBUF, one_span()).await;
    assert_eq!(protobuf.status, StatusCode::OK);
    assert_eq!(protobuf.header("content-type"), PROTOBUF);
    assert!(protobuf.body.is_empty());

    let json = gateway.post(JSON, r#"{"resourceSpans":[]}"#).await;
    assert_eq!(json.status, StatusCode::OK);
    assert_eq!(json.header("content-type"), JSON);
    assert_eq!(json.json(), json!({}));
}

#[tokio::test]
async fn request_without_spans_is_200() {
    let gateway = TestGateway::start().await;
    for (content_type, body) in [(PROTOBUF, ""), (JSON, "{}"), (JSON, "")] {
        let answer = gateway.post(content_type, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{content_type} {body:?}");
    }
}

#[tokio::test]
async fn parameters_and_case_of_the_content_type_are_ignored() {
    let gateway = TestGateway::start().await;
    let json = gateway.post("Application/JSON; charset=utf-8", "{}").await;
    assert_eq!(
        (json.status, json.header("content-type")),
        (StatusCode::OK, JSON)
    );
    let protobuf = gateway
        .post("application/x-protobuf ;v=1", one_span())
        .await;
    assert_eq!(protobuf.status, StatusCode::OK);
}

#[tokio::test]
async fn unknown_content_type_is_415_with_advice() {
    let gateway = TestGateway::start().await;
    for content_type in ["text/plain", "application/xml", "application/x-ndjson", ""] {
        let answer = gateway.post(content_type, one_span()).await;
        assert!(failure(&answer, 415, JSON).contains("application/x-protobuf"));
    }
}

#[tokio::test]
async fn gzip_is_accepted_and_other_codings_are_415() {
    let gateway = TestGateway::start().await;
    for (content_type, body) in [(PROTOBUF, one_span()), (JSON, b"{}".to_vec())] {
        let headers = [("content-encoding", "gzip")];
        let answer = gateway.post_with(content_type, &headers, gzip(&body)).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    let identity = [("content-encoding", "identity")];
    let answer = gateway.post_with(PROTOBUF, &identity, one_span()).await;
    assert_eq!(answer.status, StatusCode::OK);
    let brotli = [("content-encoding", "br")];
    let answer = gateway.post_with(PROTOBUF, &brotli, one_span()).await;
    assert!(failure(&answer, 415, PROTOBUF).contains("gzip"));
}

#[tokio::test]
async fn invalid_body_is_400_with_a_status_in_the_requests_encoding() {
    let gateway = TestGateway::start().await;
    let zipped = gzip(&one_span());
    let mut flipped = zipped.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0xff;
    let gzipped: &[(&str, &str)] = &[("content-encoding", "gzip")];
    let cases: [(&str, &[(&str, &str)], Vec<u8>); 6] = [
        (PROTOBUF, &[], b"\x0a\xff not protobuf".to_vec()),
        (PROTOBUF, &[], one_span()[..40].to_vec()),
        (JSON, &[], br#"{"resourceSpans":["#.to_vec()),
        (PROTOBUF, gzipped, one_span()),
        (PROTOBUF, gzipped, zipped[..zipped.len() - 4].to_vec()),
        (PROTOBUF, gzipped, flipped),
    ];
    for (content_type, headers, body) in cases {
        let answer = gateway.post_with(content_type, headers, body).await;
        failure(&answer, 400, content_type);
    }
    assert_eq!(gateway.status().await.spans_kept, 0);
}

#[tokio::test]
async fn other_method_than_post_is_405() {
    let gateway = TestGateway::start().await;
    for method in ["GET", "PUT", "DELETE"] {
        let request = Request::builder().method(method).uri("/v1/traces");
        let answer = gateway.send(request.body(Body::empty()).unwrap()).await;
        failure(&answer, 405, JSON);
        assert_eq!(answer.header("allow"), "POST");
    }
}

#[tokio::test]
async fn other_signals_are_404_in_the_requests_encoding() {
    let gateway = TestGateway::start().await;
    let request = Request::post("/v1/metrics").header("content-type", PROTOBUF);
    let answer = gateway.send(request.body(Body::empty()).unwrap()).await;
    assert!(failure(&answer, 404, PROTOBUF).contains("/v1/traces"));
}

#[tokio::test]
async fn spans_with_invalid_ids_are_a_partial_success() {
    let gateway = TestGateway::start().await;
    let mut spans = vec![
        span(1, 1, "good"),
        span(0, 2, "no trace"),
        span(1, 3, "short"),
    ];
    spans[2].span_id.pop();
    let mut orphan = span(1, 4, "parent of 3 bytes");
    orphan.parent_span_id = vec![1; 3];
    spans.push(orphan);
    let answer = gateway
        .post(PROTOBUF, request("shop", spans).encode_to_vec())
        .await;

    assert_eq!(answer.status, StatusCode::OK);
    let response = ExportTraceServiceResponse::decode(answer.body).unwrap();
    let partial = response.partial_success.unwrap();
    assert_eq!(partial.rejected_spans, 3);
    assert!(partial.error_message.contains("trace_id must be 16 bytes"));
    let status = gateway.status().await;
    assert_eq!(status.spans_kept, 1);
    let rejected = serde_json::to_value(status.rejected).unwrap();
    let expected =
        json!({"invalid_trace_id": 1, "invalid_span_id": 1, "invalid_parent_span_id": 1});
    assert_eq!(rejected, expected);
}

#[tokio::test]
async fn body_over_the_limit_is_413() {
    let gateway = TestGateway::start_with(|config| config.limits.body_bytes = 1000).await;
    let answer = gateway.post(PROTOBUF, vec![0; 1001]).await;
    assert!(failure(&answer, 413, PROTOBUF).contains("1000 bytes"));

    // 100 MB of zeros in 100 kB. Decompressing all of it would exceed the memory budget.
    let bomb = gzip(&vec![0; 100_000_000]);
    let answer = gateway
        .post_with(JSON, &[("content-encoding", "gzip")], bomb)
        .await;
    failure(&answer, 413, JSON);
}

#[tokio::test]
async fn sender_of_a_large_body_gets_its_response() {
    let gateway = TestGateway::start_with(|config| config.limits.body_bytes = 4_000_000).await;
    let url = serve(gateway.router()).await + "/v1/traces";
    let post = client().post(url).header("content-type", PROTOBUF);
    let answer = post.body(vec![0; 12_000_000]).send().await.unwrap();
    assert_eq!(answer.status(), 413);
}

#[tokio::test]
async fn exhausted_memory_budget_is_503_with_retry_after() {
    let gateway = TestGateway::start_with(|config| config.limits.memory_bytes = 0).await;
    let answer = gateway.post(PROTOBUF, one_span()).await;
    failure(&answer, 503, PROTOBUF);
    assert_eq!(answer.header("retry-after"), "1");
}

#[tokio::test]
async fn unknown_fields_are_accepted() {
    let gateway = TestGateway::start().await;
    let mut encoded_span = span(1, 1, "from the future").encode_to_vec();
    encoded_span.extend(b"\xfa\x3e\x03new");
    let body = enclose(1, &enclose(2, &enclose(2, &encoded_span)));
    assert_eq!(gateway.post(PROTOBUF, body).await.status, StatusCode::OK);
    assert_eq!(gateway.list("").await, ["from the future"]);
}

#[tokio::test]
async fn all_resources_of_a_request_are_accepted() {
    let gateway = TestGateway::start().await;
    let mut first = request("shop", vec![span(1, 1, "shop")]);
    let second = request("stock", vec![span(2, 1, "stock")]);
    first.resource_spans.extend(second.resource_spans);
    let body = Bytes::from(ExportTraceServiceRequest::encode_to_vec(&first));
    gateway.post(PROTOBUF, body).await;
    assert_eq!(gateway.list("").await, ["stock", "shop"]);
}
