//! The API of the viewer.

use std::time::Duration;

use axum::{
    body::{Body, BodyDataStream},
    http::Request,
};
use futures_util::StreamExt;
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest, common::v1::EntityRef, trace::v1::TracesData,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::{JSON, TestGateway, request, span, trace_id};

/// A stream of server-sent events.
struct Events {
    stream: BodyDataStream,
    text: String,
}

impl Events {
    async fn open(gateway: &TestGateway, path: &str) -> Self {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = gateway.router().oneshot(request).await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let (stream, text) = (response.into_body().into_data_stream(), String::new());
        Self { stream, text }
    }

    /// Returns the data of the next event of this kind, or `None` at the end of the stream.
    async fn next(&mut self, kind: &str) -> Option<Value> {
        loop {
            while let Some((event, rest)) = self.text.split_once("\n\n") {
                let prefix = format!("event: {kind}\ndata: ");
                let data = event
                    .strip_prefix(&prefix)
                    .map(|data| serde_json::from_str(data).unwrap());
                self.text = rest.to_owned();
                if data.is_some() {
                    return data;
                }
            }
            let chunk = tokio::time::timeout(Duration::from_secs(20), self.stream.next());
            let chunk = chunk.await.expect("an event within 20 s")?.unwrap();
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

#[tokio::test]
async fn new_and_changed_traces_are_published() {
    let gateway = TestGateway::start().await;
    let mut events = Events::open(&gateway, "/api/events").await;
    gateway
        .export(request("shop", vec![span(1, 1, "crud.like")]))
        .await;
    let created = events.next("trace").await.unwrap();
    assert_eq!(
        (&created["name"], &created["span_count"]),
        (&json!("crud.like"), &json!(1))
    );

    gateway
        .export(request("shop", vec![span(1, 2, "PUT /like")]))
        .await;
    let grown = events.next("trace").await.unwrap();
    assert_eq!(
        (&grown["trace_id"], &grown["span_count"]),
        (&json!(trace_id(1)), &json!(2))
    );
    let list = gateway.get("/api/traces").await.json();
    assert_eq!(list["traces"][0], grown);
}

#[tokio::test]
async fn removal_of_traces_is_published() {
    let gateway = TestGateway::start().await;
    gateway.export(request("shop", vec![span(1, 1, "a")])).await;
    let mut events = Events::open(&gateway, "/api/events").await;
    let request = Request::delete("/api/traces").body(Body::empty()).unwrap();
    assert_eq!(gateway.send(request).await.status, 200);
    assert_eq!(events.next("removed").await, Some(json!({})));
}

#[tokio::test]
async fn status_is_published_at_once_and_after_changes() {
    let gateway = TestGateway::start().await;
    let mut events = Events::open(&gateway, "/api/events").await;
    assert_eq!(events.next("status").await.unwrap()["spans_kept"], 0);
    gateway.export(request("shop", vec![span(1, 1, "a")])).await;
    assert_eq!(events.next("status").await.unwrap()["spans_kept"], 1);
}

#[tokio::test]
async fn traces_of_the_viewer_are_published_on_request() {
    let gateway = TestGateway::start().await;
    let mut all = Events::open(&gateway, "/api/events").await;
    let mut own = Events::open(&gateway, "/api/events?service=trace-viewer").await;
    gateway
        .export(request("trace-viewer", vec![span(1, 1, "open")]))
        .await;
    assert_eq!(own.next("trace").await.unwrap()["name"], "open");
    gateway
        .export(request("shop", vec![span(2, 1, "buy")]))
        .await;
    assert_eq!(all.next("trace").await.unwrap()["name"], "buy");
}

#[tokio::test]
async fn event_streams_end_on_shutdown() {
    let gateway = TestGateway::start().await;
    let mut events = Events::open(&gateway, "/api/events").await;
    gateway.stop().await;
    assert_eq!(events.next("trace").await, None);
}

#[tokio::test]
async fn trace_id_is_accepted_in_any_case_and_in_the_form_of_xray() {
    let gateway = TestGateway::start().await;
    gateway
        .export(request("shop", vec![span(0xab, 1, "a")]))
        .await;
    let id = trace_id(0xab);
    let xray = format!("1-{}-{}", &id[..8], &id[8..]);
    for id in [id.to_uppercase(), xray] {
        assert_eq!(
            gateway.get(&format!("/api/traces/{id}")).await.status,
            200,
            "{id}"
        );
    }
}

#[tokio::test]
async fn unknown_trace_is_404_and_invalid_query_is_400() {
    let gateway = TestGateway::start().await;
    let unknown = format!("/api/traces/{}", trace_id(9));
    let cases = [
        (unknown.as_str(), 404, trace_id(9)),
        ("/api/traces/nonsense", 404, "32 hex digits".to_owned()),
        ("/api/nonsense", 404, "/api/traces".to_owned()),
        ("/api/traces?status=bad", 400, "error".to_owned()),
        (
            "/api/traces?min_duration_ms=long",
            400,
            "min_duration_ms".to_owned(),
        ),
    ];
    for (path, status, reason) in cases {
        let answer = gateway.get(path).await;
        assert_eq!(answer.status, status, "{path}");
        let error = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(error.contains(&reason), "{path}: {error}");
    }
}

#[tokio::test]
async fn open_redirects_to_the_trace_at_the_public_url() {
    let gateway =
        TestGateway::start_with(|config| config.public_url = Some("https://t.example/".to_owned()))
            .await;
    let answer = gateway
        .get(&format!("/open/{}", trace_id(7).to_uppercase()))
        .await;
    assert_eq!(answer.status, 307);
    assert_eq!(
        answer.header("location"),
        format!("https://t.example/trace/{}", trace_id(7))
    );
    let span = gateway
        .get(&format!("/open/{}?span=00F067AA0BA902B7", trace_id(7)))
        .await;
    assert_eq!(
        span.header("location"),
        format!(
            "https://t.example/trace/{}?span=00f067aa0ba902b7",
            trace_id(7)
        )
    );
    assert_eq!(gateway.get("/open/nonsense").await.status, 404);
}

#[tokio::test]
async fn health_check_is_200_with_counts() {
    let gateway = TestGateway::start().await;
    gateway.export(request("shop", vec![span(1, 1, "a")])).await;
    let answer = gateway.get("/healthz").await;
    let off = |name: &str| {
        json!({"name": name, "state": "off", "sent": 0, "skipped": 0, "waiting": 0,
            "retried": 0, "dropped": {}})
    };
    let sinks = ["honeycomb", "otlp", "xray", "rollbar"].map(off);
    let log_sinks = ["honeycomb", "otlp"].map(off);
    let expected = json!({"healthy": true, "spans_kept": 1, "traces_kept": 1, "rejected": {}, "repaired": {},
        "refused": {}, "sinks": sinks,
        "logs": {"kept": 0, "rejected": {}, "repaired": {}, "sinks": log_sinks}});
    assert_eq!(answer.json(), expected);
}

#[tokio::test]
async fn exported_trace_is_equal_after_import() {
    let (one, other) = (TestGateway::start().await, TestGateway::start().await);
    one.export(full()).await;
    let path = format!("/api/traces/{}", trace_id(1));
    let exported = one.get(&path).await;
    let import = Request::post("/api/import").header("content-type", JSON);
    let answer = other
        .send(import.body(exported.body.clone().into()).unwrap())
        .await;
    assert_eq!(answer.status, 200);
    let report = json!({"format": "otlp_json", "traces": 1, "spans": 2, "skipped": 0, "problems": [],
        "trace_ids": [trace_id(1)]});
    assert_eq!(answer.json(), report);
    assert_eq!(other.get(&path).await.json(), exported.json());
    let trace: TracesData = serde_json::from_slice(&exported.body).unwrap();
    assert_eq!(trace.resource_spans, full().resource_spans);
}

/// Returns spans with all fields of resources and scopes.
fn full() -> ExportTraceServiceRequest {
    let mut request = request("shop", vec![span(1, 1, "a"), span(1, 2, "b")]);
    let spans = &mut request.resource_spans[0];
    spans.schema_url = "https://opentelemetry.io/schemas/1.40.0".to_owned();
    let resource = spans.resource.as_mut().unwrap();
    resource.entity_refs.push(EntityRef {
        schema_url: "https://opentelemetry.io/schemas/1.41.0".to_owned(),
        r#type: "service".to_owned(),
        id_keys: vec!["service.name".to_owned()],
        description_keys: vec!["service.version".to_owned()],
    });
    let of_service = resource.attributes.clone();
    let scope = spans.scope_spans[0].scope.as_mut().unwrap();
    (scope.attributes, scope.dropped_attributes_count) = (of_service, 3);
    request
}

/// Returns the names of the spans in the order of the response, and the `x-trace-spans` header.
fn spans_of(answer: &crate::support::Answer) -> (Vec<String>, String) {
    let trace: TracesData = serde_json::from_slice(&answer.body).unwrap();
    let resources = trace.resource_spans.into_iter();
    let scopes = resources.flat_map(|resource| resource.scope_spans);
    let spans = scopes.flat_map(|scope| scope.spans);
    let names = spans.map(|span| span.name).collect();
    (names, answer.header("x-trace-spans").to_owned())
}

#[tokio::test]
async fn since_returns_only_new_spans() {
    let gateway = TestGateway::start().await;
    let path = format!("/api/traces/{}", trace_id(1));
    gateway
        .export(request("shop", vec![span(1, 1, "a"), span(1, 2, "b")]))
        .await;
    let all = gateway.get(&path).await;
    assert_eq!(spans_of(&all), (vec!["a".into(), "b".into()], "all".into()));
    let since = |answer: &crate::support::Answer| {
        format!("{path}?since={}", answer.header("x-trace-revision"))
    };
    let nothing = gateway.get(&since(&all)).await;
    assert_eq!(spans_of(&nothing), (vec![], "new".into()));

    gateway
        .export(request("stock", vec![span(1, 3, "c")]))
        .await;
    gateway
        .export(request("stock", vec![span(2, 1, "d")]))
        .await;
    let new = gateway.get(&since(&all)).await;
    assert_eq!(spans_of(&new), (vec!["c".into()], "new".into()));
    let nothing = gateway.get(&since(&new)).await;
    assert_eq!(spans_of(&nothing), (vec![], "new".into()));
    // A revision of another store, or of a trace that was deleted and stored again.
    for revision in ["1-7", "999-2", "0-0"] {
        let answer = gateway.get(&format!("{path}?since={revision}")).await;
        assert_eq!(spans_of(&answer).0.len(), 3, "{revision}");
        assert_eq!(answer.header("x-trace-spans"), "all", "{revision}");
    }
    let wrong = gateway.get(&format!("{path}?since=yesterday")).await;
    assert_eq!(wrong.status, 400);
}

#[tokio::test]
async fn unchanged_trace_is_304() {
    let gateway = TestGateway::start().await;
    let path = format!("/api/traces/{}", trace_id(1));
    gateway.export(request("shop", vec![span(1, 1, "a")])).await;
    let tag = gateway.get(&path).await.header("etag").to_owned();
    let again = || {
        let request = Request::get(&path).header("if-none-match", &tag);
        gateway.send(request.body(Body::empty()).unwrap())
    };
    let same = again().await;
    assert_eq!((same.status.as_u16(), same.body.len()), (304, 0));
    gateway.export(request("shop", vec![span(1, 2, "b")])).await;
    assert_eq!(again().await.status, 200);
}

#[tokio::test]
async fn responses_are_compressed_on_request() {
    let gateway = TestGateway::start().await;
    let spans = (1..=100).map(|id| span(1, id, "the same again")).collect();
    gateway.export(request("shop", spans)).await;
    for path in [
        format!("/api/traces/{}", trace_id(1)),
        "/api/traces".to_owned(),
    ] {
        let plain = gateway.get(&path).await;
        assert_eq!(plain.header("content-encoding"), "");
        let request = Request::get(&path).header("accept-encoding", "gzip, br");
        let answer = gateway.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.header("content-encoding"), "gzip", "{path}");
        assert!(answer.body.len() < plain.body.len(), "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn event_stream_has_keepalive_events() {
    let gateway = TestGateway::start().await;
    let mut events = Events::open(&gateway, "/api/events").await;
    for _ in 0..3 {
        assert_eq!(events.next("alive").await, Some(json!({})));
    }
}
