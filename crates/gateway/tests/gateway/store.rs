//! What the store promises: once, exactly, and summed up soon.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use opentelemetry_proto::tonic::trace::v1::{Span, Status as SpanStatus, TracesData};
use serde_json::Value;

use crate::support::{TestGateway, request, span, text, trace_id};

pub(crate) async fn summary(gateway: &TestGateway, trace: u8) -> Value {
    let list = gateway.get("/api/traces?service=shop").await.json();
    let mut traces = list["traces"].as_array().unwrap().iter();
    let found = traces.find(|summary| summary["trace_id"] == trace_id(trace));
    found.unwrap().clone()
}

#[tokio::test]
async fn a_trace_comes_back_with_its_resource_scope_and_spans_exactly() {
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
async fn the_same_span_is_stored_once_however_often_it_is_sent() {
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

/// The list follows when there is time.
async fn summed_up(gateway: &TestGateway, trace: u8, spans: u32) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while summary(gateway, trace).await["span_count"] != spans {
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_trace_of_megabytes_is_summed_up_soon() {
    let gateway = TestGateway::start().await;
    for id in 1..=3 {
        let wordy = Span {
            attributes: vec![text("wordy", &"x".repeat(1 << 20))],
            ..span(1, id, "a")
        };
        gateway.export(request("shop", vec![wordy])).await;
    }
    summed_up(&gateway, 1, 3).await;
}

#[tokio::test]
async fn a_trace_is_listed_from_its_first_span_on_and_grows() {
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
async fn a_trace_of_thousands_of_spans_is_summed_up_soon() {
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
    summed_up(&gateway, 1, 4500).await;
}

#[tokio::test]
async fn a_trace_that_grows_with_many_requests_at_once_is_complete_at_once_and_summed_up_soon() {
    let gateway = TestGateway::start().await;
    gateway.export(request("shop", vec![span(1, 1, "a")])).await;
    let exports = (2..=60).map(|id| gateway.export(request("shop", vec![span(1, id, "b")])));
    join_all(exports).await;
    let answer = gateway.get(&format!("/api/traces/{}", trace_id(1))).await;
    let stored: TracesData = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(stored.resource_spans[0].scope_spans[0].spans.len(), 60);
    assert_eq!(gateway.status().await.spans_kept, 60);
    summed_up(&gateway, 1, 60).await;
}

/// As fast as the disk allows, and no slower the larger the trace is.
#[tokio::test]
async fn one_span_requests_into_a_large_trace_are_as_fast_as_into_a_new_one() {
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
    summed_up(&gateway, 2, LARGE + TIMED).await;
}

#[tokio::test]
async fn acknowledged_spans_are_there_after_a_restart() {
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
async fn the_list_is_newest_first_and_every_filter_narrows_it() {
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
