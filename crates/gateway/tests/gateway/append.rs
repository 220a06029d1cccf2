//! Between the edge and the store: a busy writer, and a failing one.

use axum::{body::Body, http::Request};
use futures_util::FutureExt;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tower::ServiceExt;

use crate::support::{PROTOBUF, TestGateway, request, span};

fn post(spans: Vec<Span>) -> Request<Body> {
    let body = request("shop", spans).encode_to_vec();
    let post = Request::post("/v1/traces").header("content-type", PROTOBUF);
    post.body(body.into()).unwrap()
}

/// Sends a request and closes the connection as soon as the gateway has it.
fn hang_up_after(gateway: &TestGateway, spans: Vec<Span>) {
    let answer = gateway.router().oneshot(post(spans)).now_or_never();
    assert!(answer.is_none(), "it was answered before it was stored");
}

#[tokio::test]
async fn memory_of_a_closed_connection_is_reserved_until_its_spans_are_stored() {
    let gateway = TestGateway::start_with(|config| config.limits.memory_bytes = 4096).await;
    let database = gateway.database();
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    hang_up_after(&gateway, vec![span(1, 1, "a")]);
    let refused = gateway.send(post(vec![span(1, 2, "b")])).await;
    assert_eq!(
        (refused.status.as_u16(), refused.header("retry-after")),
        (503, "1")
    );
    database.execute_batch("COMMIT").unwrap();
    gateway.status_when(|status| status.spans_kept == 1).await;
    // The memory is released soon after the spans are stored.
    while gateway.send(post(vec![span(1, 2, "b")])).await.status == 503 {
        tokio::task::yield_now().await;
    }
    gateway.status_when(|status| status.spans_kept == 2).await;
}

#[tokio::test]
async fn rejections_of_a_closed_connection_are_counted() {
    let gateway = TestGateway::start_with(|config| config.retention.trace_spans = 1).await;
    let database = gateway.database();
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    let spans = vec![
        span(1, 1, "a"),
        span(1, 2, "one too many"),
        span(0, 1, "no id"),
    ];
    hang_up_after(&gateway, spans);
    database.execute_batch("COMMIT").unwrap();
    let rejected = |reason: &str| [(reason.to_owned(), 1)];
    let expected = [rejected("invalid_trace_id"), rejected("trace_full")].concat();
    let expected = expected.into_iter().collect();
    gateway
        .status_when(|status| status.rejected == expected)
        .await;
}

#[tokio::test]
async fn rejections_of_a_failed_request_are_not_counted() {
    let gateway = TestGateway::start().await;
    let spans = || vec![span(1, 1, "a"), span(0, 1, "no id")];
    let database = gateway.database();
    database
        .execute_batch("ALTER TABLE span RENAME TO gone")
        .unwrap();
    assert_eq!(gateway.send(post(spans())).await.status, 503);
    assert_eq!(gateway.status().await.rejected.len(), 0);
    database
        .execute_batch("ALTER TABLE gone RENAME TO span")
        .unwrap();
    assert_eq!(gateway.send(post(spans())).await.status, 200);
    let status = gateway.status().await;
    assert_eq!(
        (status.spans_kept, status.rejected["invalid_trace_id"]),
        (1, 1)
    );
}
