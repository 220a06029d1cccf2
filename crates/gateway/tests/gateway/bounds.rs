//! How much the store takes: spans and bytes to a trace, bytes and age to all of them.

use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;

use crate::{
    store::summary,
    support::{PROTOBUF, TestGateway, request, span, trace_id},
};

#[tokio::test]
async fn a_trace_takes_so_many_spans_and_the_sender_hears_of_the_rest() {
    let gateway = TestGateway::start_with(|config| config.retention.trace_spans = 3).await;
    gateway
        .export(request("shop", vec![span(1, 1, "a"), span(1, 2, "b")]))
        .await;
    let more = (2..=5).map(|id| span(1, id, "c")).chain([span(2, 1, "d")]);
    let answer = gateway
        .post(PROTOBUF, request("shop", more.collect()).encode_to_vec())
        .await;
    // Span 2 is there already and span 3 is the third: two are too many.
    let answer = ExportTraceServiceResponse::decode(answer.body).unwrap();
    let partial = answer.partial_success.unwrap();
    assert_eq!(partial.rejected_spans, 2);
    assert!(
        partial
            .error_message
            .contains("OTEL_WEB_GATEWAY_TRACE_SPANS")
    );
    let status = gateway.status().await;
    assert_eq!((status.spans_kept, status.rejected["trace_full"]), (4, 2));
    assert_eq!(summary(&gateway, 1).await["span_count"], 3);
}

#[tokio::test]
async fn a_trace_takes_so_many_bytes_and_leaves_room_to_others() {
    let gateway = TestGateway::start_with(|config| config.retention.trace_bytes = 5_000).await;
    let wordy = |trace, id| span(trace, id, &"x".repeat(2_000));
    for trace in [1, 2] {
        let spans = (1..=3).map(|id| wordy(trace, id)).collect();
        let answer = gateway
            .post(PROTOBUF, request("shop", spans).encode_to_vec())
            .await;
        let answer = ExportTraceServiceResponse::decode(answer.body).unwrap();
        assert_eq!(answer.partial_success.unwrap().rejected_spans, 1);
    }
    // Less still fits, and what is there is there.
    gateway
        .export(request("shop", vec![span(1, 9, "short"), wordy(1, 1)]))
        .await;
    assert_eq!(summary(&gateway, 1).await["span_count"], 3);
    assert_eq!(gateway.status().await.rejected["trace_full"], 2);
}

#[tokio::test]
async fn a_store_that_is_full_forgets_the_oldest_traces_as_a_whole() {
    let gateway = TestGateway::start_with(|config| config.retention.bytes = 400_000).await;
    for trace in 1..=250 {
        let wordy = |id| span(trace, id, &"x".repeat(2000));
        gateway
            .export(request("shop", vec![wordy(1), wordy(2)]))
            .await;
    }
    // The writer makes room after it acknowledged, and before it takes the next request.
    gateway
        .export(request("shop", vec![span(250, 1, "again")]))
        .await;
    let status = gateway.status().await;
    assert!((10..250).contains(&status.traces_kept), "{status:?}");
    assert_eq!(status.spans_kept, 2 * status.traces_kept);
    assert_eq!(
        gateway.list("limit=1000").await.len() as u64,
        status.traces_kept
    );
    assert_eq!(summary(&gateway, 250).await["span_count"], 2);
    let oldest = gateway.get(&format!("/api/traces/{}", trace_id(1))).await;
    assert_eq!(oldest.status, 404);
}

#[tokio::test]
async fn traces_older_than_the_bound_are_forgotten() {
    let gateway = TestGateway::start().await;
    gateway
        .export(request("shop", vec![span(1, 1, "old")]))
        .await;
    let gateway = gateway
        .restart_with(|config| config.retention.age = Duration::ZERO)
        .await;
    gateway.status_when(|status| status.traces_kept == 0).await;
    assert_eq!(gateway.list("").await, [""; 0]);
}
