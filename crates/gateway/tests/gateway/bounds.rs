//! The store's limits: spans and bytes of a trace, bytes and age of all traces.

use std::{net::SocketAddr, time::Duration};

use axum::{extract::ConnectInfo, http::Request};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceResponse, trace::v1::Span,
};
use prost::Message;

use crate::{
    store::summary,
    support::{JSON, PROTOBUF, TestGateway, gzip, request, span, text, trace_id},
};

#[tokio::test]
async fn spans_over_the_span_limit_of_a_trace_are_rejected() {
    let gateway = TestGateway::start_with(|config| config.retention.trace_spans = 3).await;
    gateway
        .export(request("shop", vec![span(1, 1, "a"), span(1, 2, "b")]))
        .await;
    let more = (2..=5).map(|id| span(1, id, "c")).chain([span(2, 1, "d")]);
    let answer = gateway
        .post(PROTOBUF, request("shop", more.collect()).encode_to_vec())
        .await;
    // Span 2 is a duplicate and span 3 is the third, so two are over the limit.
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
async fn spans_over_the_byte_limit_of_a_trace_are_rejected() {
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
    // A smaller span fits, and a duplicate is accepted.
    gateway
        .export(request("shop", vec![span(1, 9, "short"), wordy(1, 1)]))
        .await;
    assert_eq!(summary(&gateway, 1).await["span_count"], 3);
    assert_eq!(gateway.status().await.rejected["trace_full"], 2);
}

#[tokio::test]
async fn full_store_deletes_the_oldest_traces() {
    let gateway = TestGateway::start_with(|config| config.retention.bytes = 450_000).await;
    for trace in 1..=250 {
        let wordy = |id| span(trace, id, &"x".repeat(2000));
        gateway
            .export(request("shop", vec![wordy(1), wordy(2)]))
            .await;
    }
    // The writer evicts traces after the acknowledgement and before the next request.
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
async fn resource_that_was_deleted_with_its_spans_is_stored_anew() {
    let gateway = TestGateway::start_with(|config| config.retention.bytes = 450_000).await;
    let from_host = |trace| {
        let mut request = request("shop", vec![span(trace, 1, "a")]);
        let resource = request.resource_spans[0].resource.as_mut().unwrap();
        resource.attributes.push(text("host.name", "rare-host"));
        request
    };
    gateway.export(from_host(1)).await;
    for trace in 2..=250 {
        let wordy = span(trace, 1, &"x".repeat(4_000));
        gateway.export(request("shop", vec![wordy])).await;
    }
    let origins = "SELECT count(*) FROM origin";
    let origins = || gateway.database().query_row(origins, [], |row| row.get(0));
    assert_eq!(origins(), Ok(1));
    gateway.export(from_host(251)).await;
    assert_eq!(origins(), Ok(2));
    let trace = gateway.get(&format!("/api/traces/{}", trace_id(251))).await;
    assert!(trace.json().to_string().contains("rare-host"));
}

/// Sends a trace of a few kilobytes through a proxy on this machine.
async fn forward(gateway: &TestGateway, client: &str, service: &str, trace: u32) {
    let span = Span {
        trace_id: [trace.to_be_bytes(); 4].concat(),
        attributes: vec![text("wordy", &"x".repeat(4_000))],
        ..span(1, 1, "a")
    };
    let mut post = Request::post("/v1/traces")
        .header("content-type", PROTOBUF)
        .header("x-forwarded-for", client)
        .body(request(service, vec![span]).encode_to_vec().into())
        .unwrap();
    let peer: SocketAddr = ([127, 0, 0, 1], 4711).into();
    post.extensions_mut().insert(ConnectInfo(peer));
    assert_eq!(gateway.send(post).await.status, 200);
}

/// Counts the traces of a service.
async fn traces_of(gateway: &TestGateway, service: &str) -> usize {
    let query = format!("limit=1000&service={service}");
    gateway.list(&query).await.len()
}

async fn small_store() -> TestGateway {
    TestGateway::start_with(|config| {
        config.retention.bytes = 650_000;
        config.limits.requests_per_second = 0;
    })
    .await
}

#[tokio::test]
async fn flood_of_one_client_evicts_its_own_traces() {
    let gateway = small_store().await;
    for trace in 1..=20 {
        forward(&gateway, "198.51.100.7", "shop", trace).await;
    }
    // Under the same service name, and under invented ones.
    for trace in 1_000..1_400 {
        forward(&gateway, "203.0.113.9", "shop", trace).await;
        let invented = format!("shop-{trace}");
        forward(&gateway, "203.0.113.9", &invented, 10_000 + trace).await;
    }
    let status = gateway.status().await;
    assert!(status.traces_kept < 300, "{status:?}");
    for trace in 1..=20_u32 {
        let id = format!("{trace:08x}").repeat(4);
        let other = gateway.get(&format!("/api/traces/{id}")).await;
        assert_eq!(other.status, 200, "{trace}");
    }
}

#[tokio::test]
async fn flood_of_one_service_evicts_its_own_traces() {
    let gateway = small_store().await;
    for trace in 1..=20 {
        forward(&gateway, "127.0.0.1", "shop", trace).await;
    }
    for trace in 1_000..1_400 {
        forward(&gateway, "127.0.0.1", "flood", trace).await;
    }
    assert_eq!(traces_of(&gateway, "shop").await, 20);
    let flood = traces_of(&gateway, "flood").await;
    assert!((10..200).contains(&flood), "{flood}");
    // The usage is counted again after a restart.
    let gateway = gateway.restart_with(|_| {}).await;
    for trace in 2_000..2_100 {
        forward(&gateway, "127.0.0.1", "flood", trace).await;
    }
    assert_eq!(traces_of(&gateway, "shop").await, 20);
}

/// Compressed, 32 MiB of spaces are 32 kB.
#[tokio::test]
async fn decompressed_size_counts_for_the_rate_limit_of_the_client() {
    let gateway = TestGateway::start_with(|config| config.limits.requests_per_second = 20).await;
    let bomb = gzip(&vec![b' '; 32 << 20]);
    let send = async |client: &str| {
        let mut post = Request::post("/v1/traces")
            .header("content-type", JSON)
            .header("content-encoding", "gzip")
            .header("x-forwarded-for", client)
            .body(bomb.clone().into())
            .unwrap();
        let peer: SocketAddr = ([127, 0, 0, 1], 4711).into();
        post.extensions_mut().insert(ConnectInfo(peer));
        gateway.send(post).await
    };
    let first = send("203.0.113.9").await;
    let second = send("203.0.113.9").await;
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (400, 429));
    let wait: u32 = second.header("retry-after").parse().unwrap();
    assert!((1..=26).contains(&wait), "{wait}");
    assert_eq!(send("198.51.100.7").await.status, 400);
}

#[tokio::test]
async fn traces_over_the_age_limit_are_deleted() {
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
