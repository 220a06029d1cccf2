//! Between the edge and the store: what holds while the writer is at work, and when it fails.

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

/// Sends a request and hangs up as soon as the gateway has it.
fn hang_up_after(gateway: &TestGateway, spans: Vec<Span>) {
    let answer = gateway.router().oneshot(post(spans)).now_or_never();
    assert!(answer.is_none(), "it was answered before it was stored");
}

#[tokio::test]
async fn who_hangs_up_leaves_the_memory_lent_until_the_spans_are_stored() {
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
    gateway.export(request("shop", vec![span(1, 2, "b")])).await;
}

#[tokio::test]
async fn who_hangs_up_does_not_hide_what_was_rejected() {
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
async fn what_is_rejected_counts_once_however_often_the_request_is_sent() {
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
