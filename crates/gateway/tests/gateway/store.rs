//! The store: spans are stored once and unchanged, and summaries are updated soon.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use opentelemetry_proto::tonic::trace::v1::{Span, Status as SpanStatus, TracesData};
use prost::Message;
use serde_json::Value;

use crate::support::{JSON, PROTOBUF, TestGateway, request, span, text, trace_id};

pub(crate) async fn summary(gateway: &TestGateway, trace: u8) -> Value {
    let list = gateway.get("/api/traces?service=shop").await.json();
    let mut traces = list["traces"].as_array().unwrap().iter();
    let found = traces.find(|summary| summary["trace_id"] == trace_id(trace));
    found.unwrap().clone()
}

#[tokio::test]
async fn stored_trace_equals_the_request() {
    let gateway = TestGateway::start().await;
    let mut child = span(1, 2, "SELECT");
    child.parent_span_id = vec![1; 8];
    child.status = Some(SpanStatus {
        message: "locked".to_owned(),
        code: 2,
    });
    let sent = request("shop", vec![span(1, 1, "GET /"), child]);
    gateway.export(sent.clone()).await;

    let answer = gateway.get(&format!("/api/traces/{}", trace_id(1))).await;
    let stored: TracesData = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(stored.resource_spans, sent.resource_spans);
}

#[tokio::test]
async fn duplicate_span_is_stored_once() {
    let gateway = TestGateway::start().await;
    let twice = request("shop", vec![span(1, 1, "GET /"), span(1, 1, "GET /")]);
    gateway.export(twice.clone()).await;
    gateway.export(twice).await;
    // The same span id in another trace is another span.
    gateway
        .export(request("shop", vec![span(2, 1, "GET /")]))
        .await;

    let status = gateway.status().await;
    assert_eq!((status.spans_kept, status.traces_kept), (2, 2));
    assert_eq!(summary(&gateway, 1).await["span_count"], 1);
}

/// In Zipkin and B3, both sides of a call have the same id.
#[tokio::test]
async fn different_spans_with_the_same_id_are_all_stored() {
    let gateway = TestGateway::start().await;
    let mut client = span(1, 7, "call");
    client.kind = 3;
    let mut server = span(1, 7, "call");
    server.kind = 2;
    server.status = Some(SpanStatus {
        message: String::new(),
        code: 2,
    });
    let mut child = span(1, 8, "SELECT");
    child.parent_span_id = vec![7; 8];
    // A different start, name or service makes a different span.
    let mut later = span(1, 7, "call");
    later.kind = 3;
    later.start_time_unix_nano += 5;
    for _ in 0..2 {
        gateway.export(request("shop", vec![client.clone()])).await;
        gateway
            .export(request("stock", vec![server.clone(), child.clone()]))
            .await;
        gateway.export(request("shop", vec![later.clone()])).await;
        gateway.export(request("else", vec![client.clone()])).await;
    }
    assert_eq!(gateway.status().await.spans_kept, 5);
    let summary = summary(&gateway, 1).await;
    assert_eq!(
        (&summary["span_count"], &summary["error_count"]),
        (&5.into(), &1.into())
    );
    assert_eq!(gateway.list("status=error&service=stock").await, ["call"]);

    // Importing an exported trace adds no spans.
    let path = format!("/api/traces/{}", trace_id(1));
    let exported = gateway.get(&path).await.body;
    let import = axum::http::Request::post("/api/import").header("content-type", JSON);
    let imported = gateway.send(import.body(exported.into()).unwrap()).await;
    assert_eq!(imported.status, 200);
    assert_eq!(gateway.status().await.spans_kept, 5);
}

/// In one request or two, in both orders, and repeatedly.
#[tokio::test]
async fn finished_span_replaces_the_unfinished_one() {
    let finished = span(1, 1, "job");
    let end = finished.end_time_unix_nano;
    let open = |end: u64, name: &str| {
        let mut open = span(1, 1, name);
        open.end_time_unix_nano = end;
        open
    };
    let unfinished = open(0, "job");
    let renamed = open(0, "starting");
    let heartbeat = open(end - 5_000_000, "job");
    for sent in [
        vec![vec![unfinished.clone()], vec![finished.clone()]],
        vec![vec![finished.clone()], vec![unfinished.clone()]],
        vec![vec![renamed.clone(), finished.clone()]],
        vec![vec![finished.clone(), renamed.clone()], vec![renamed]],
        vec![
            vec![unfinished.clone(), unfinished.clone()],
            vec![unfinished],
            vec![finished.clone()],
        ],
        vec![
            vec![heartbeat.clone()],
            vec![finished.clone()],
            vec![heartbeat],
        ],
    ] {
        let gateway = TestGateway::start().await;
        for spans in sent {
            gateway.export(request("shop", spans)).await;
        }
        assert_eq!(gateway.status().await.spans_kept, 1);
        let summary = summary(&gateway, 1).await;
        assert_eq!(summary["duration_nano"], "10000000");
        assert_eq!(gateway.list("").await, ["job"]);
        let trace = gateway.get(&format!("/api/traces/{}", trace_id(1))).await;
        let trace: TracesData = serde_json::from_slice(&trace.body).unwrap();
        let spans = &trace.resource_spans[0].scope_spans[0].spans;
        assert_eq!(*spans, std::slice::from_ref(&finished));
    }
}

#[tokio::test]
async fn full_trace_accepts_only_later_versions_of_its_spans() {
    let gateway = TestGateway::start_with(|config| config.retention.trace_spans = 1).await;
    let mut open = span(1, 1, "job");
    open.end_time_unix_nano = 0;
    gateway.export(request("shop", vec![open])).await;
    gateway
        .export(request("shop", vec![span(1, 1, "job")]))
        .await;
    assert_eq!(summary(&gateway, 1).await["duration_nano"], "10000000");
    let mut other = span(1, 1, "job");
    other.kind = 2;
    let answer = gateway
        .post(PROTOBUF, request("shop", vec![other]).encode_to_vec())
        .await;
    assert_eq!(answer.status, 200);
    let status = gateway.status().await;
    assert_eq!((status.spans_kept, status.rejected["trace_full"]), (1, 1));
}

#[tokio::test]
async fn id_of_too_many_spans_is_rejected() {
    let gateway = TestGateway::start().await;
    let many = (0..40).map(|number| {
        let mut span = span(1, 1, "same id");
        span.start_time_unix_nano += number;
        span
    });
    let body = request("shop", many.collect()).encode_to_vec();
    for sent in 1..=2 {
        gateway.post(PROTOBUF, body.clone()).await;
        let status = gateway.status().await;
        assert_eq!(
            (status.spans_kept, status.rejected["id_reused"]),
            (16, 24 * sent)
        );
    }
}

/// Waits until the summary has this many spans.
async fn summary_has(gateway: &TestGateway, trace: u8, spans: u32) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while summary(gateway, trace).await["span_count"] != spans {
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn trace_of_megabytes_is_summarized_soon() {
    let gateway = TestGateway::start().await;
    for id in 1..=3 {
        let wordy = Span {
            attributes: vec![text("wordy", &"x".repeat(1 << 20))],
            ..span(1, id, "a")
        };
        gateway.export(request("shop", vec![wordy])).await;
    }
    summary_has(&gateway, 1, 3).await;
}

#[tokio::test]
async fn trace_is_listed_from_its_first_span_on() {
    let gateway = TestGateway::start().await;
    let mut child = span(1, 2, "PUT /api/like");
    child.parent_span_id = vec![1; 8];
    gateway.export(request("shop", vec![child])).await;
    let early = summary(&gateway, 1).await;
    assert_eq!(
        (&early["name"], &early["has_root"]),
        (&"PUT /api/like".into(), &false.into())
    );

    gateway
        .export(request("browser", vec![span(1, 1, "crud.like")]))
        .await;
    let late = summary(&gateway, 1).await;
    assert_eq!(
        (&late["name"], &late["has_root"]),
        (&"crud.like".into(), &true.into())
    );
    assert_eq!(
        (&late["service"], &late["span_count"]),
        (&"browser".into(), &2.into())
    );
    assert_eq!(gateway.status().await.traces_kept, 1);
}

#[tokio::test]
async fn trace_of_thousands_of_spans_is_summarized_soon() {
    let gateway = TestGateway::start().await;
    let many = |from: u32| {
        let numbered = |id: u32| Span {
            span_id: u64::from(id).to_be_bytes().to_vec(),
            ..span(1, 1, "a")
        };
        request("shop", (from..from + 1500).map(numbered).collect())
    };
    for from in [1, 1501, 3001] {
        gateway.export(many(from)).await;
    }
    assert_eq!(gateway.status().await.spans_kept, 4500);
    summary_has(&gateway, 1, 4500).await;
}

#[tokio::test]
async fn trace_of_concurrent_requests_is_complete_and_summarized_soon() {
    let gateway = TestGateway::start().await;
    gateway.export(request("shop", vec![span(1, 1, "a")])).await;
    let exports = (2..=60).map(|id| gateway.export(request("shop", vec![span(1, id, "b")])));
    join_all(exports).await;
    let answer = gateway.get(&format!("/api/traces/{}", trace_id(1))).await;
    let stored: TracesData = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(stored.resource_spans[0].scope_spans[0].spans.len(), 60);
    assert_eq!(gateway.status().await.spans_kept, 60);
    summary_has(&gateway, 1, 60).await;
}

/// The time of a request does not depend on the size of its trace.
#[tokio::test]
async fn appending_to_a_large_trace_is_as_fast_as_to_a_new_one() {
    const LARGE: u32 = 1_500;
    const TIMED: u32 = 200;
    let gateway = TestGateway::start().await;
    let numbered = |trace: u8, id: u32| Span {
        span_id: u64::from(id).to_be_bytes().to_vec(),
        parent_span_id: u64::from(id / 2).to_be_bytes().to_vec(),
        ..span(trace, 1, "a")
    };
    let send = async |trace: u8, ids: std::ops::Range<u32>| {
        let started = Instant::now();
        for id in ids {
            gateway
                .export(request("shop", vec![numbered(trace, id)]))
                .await;
        }
        started.elapsed()
    };
    let small = send(1, 1..1 + TIMED).await;
    let all = (1..=LARGE).map(|id| numbered(2, id)).collect();
    gateway.export(request("shop", all)).await;
    let large = send(2, LARGE + 1..LARGE + 1 + TIMED).await;
    assert!(large < small * 4, "{large:?}, in a new trace {small:?}");
    summary_has(&gateway, 2, LARGE + TIMED).await;
}

#[tokio::test]
async fn acknowledged_spans_survive_a_restart() {
    let gateway = TestGateway::start().await;
    gateway
        .export(request("shop", vec![span(1, 1, "before")]))
        .await;
    let gateway = gateway.restart_with(|_| {}).await;
    gateway
        .export(request("shop", vec![span(2, 1, "after")]))
        .await;
    assert_eq!(gateway.list("").await, ["after", "before"]);
    assert_eq!(gateway.status().await.spans_kept, 2);
}

#[tokio::test]
async fn list_is_newest_first_and_filtered() {
    let gateway = TestGateway::start().await;
    let mut slow = span(2, 1, "crud.create");
    slow.end_time_unix_nano += 90_000_000;
    let mut failed = span(3, 1, "GET /50%_off");
    failed.status = Some(SpanStatus {
        message: "database is locked".to_owned(),
        code: 2,
    });
    gateway
        .export(request("browser", vec![span(1, 1, "crud.like"), slow]))
        .await;
    gateway
        .export(request("backend", vec![failed, span(1, 2, "PUT /like")]))
        .await;
    gateway
        .export(request("trace-viewer", vec![span(4, 1, "open")]))
        .await;

    let check = async |query: &str, names: &[&str]| {
        assert_eq!(gateway.list(query).await, names, "{query}");
    };
    let (like, create, failed) = ("crud.like", "crud.create", "GET /50%_off");
    check("", &[failed, create, like]).await;
    check("limit=2", &[failed, create]).await;
    check("service=browser", &[create, like]).await;
    check("service=backend", &[failed, like]).await;
    check("service=trace-viewer", &["open"]).await;
    check("service=", &[failed, create, like]).await;
    check("name=CRUD", &[create, like]).await;
    check("name=%25_", &[failed]).await;
    check("min_duration_ms=99.5", &[create]).await;
    check("status=error", &[failed]).await;
    check("status=ok", &[create, like]).await;
    check("q=locked", &[failed]).await;
    check("q=put+like", &[like]).await;
    check("q=0202", &[create]).await;
    check("q=like+nowhere", &[]).await;
    check("since=1790000002000000000", &[failed, create]).await;
    check("status=ok&service=backend", &[like]).await;
}
