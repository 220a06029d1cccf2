//! The OTLP sink.

use std::time::{Duration, Instant};

use otel_web_gateway::{Otlp, Secret};
use serde_json::json;

use super::done;
use crate::support::{
    FakeHoneycomb, JSON, KEY, Process, Reply, TestGateway, command, post, request, span, trace_id,
};

#[tokio::test]
async fn spans_arrive_with_the_configured_headers() {
    let fake = FakeHoneycomb::collector([]).await;
    let mut otlp = Otlp::new(&fake.url);
    otlp.headers.push(("x-team".to_owned(), Secret::new(KEY)));
    let gateway = TestGateway::start_with(|config| config.otlp = Some(otlp)).await;
    let sent = request("shop", vec![span(1, 1, "a")]);
    gateway.export(sent.clone()).await;
    assert_eq!(done(&gateway, "otlp").await.sent, 1);
    assert_eq!(fake.taken(), [sent]);
    assert_eq!(fake.headers()[0]["x-team"], KEY);
}

#[tokio::test]
async fn local_receiver_is_reached_without_the_configured_proxy() {
    let fake = FakeHoneycomb::collector([]).await;
    let dir = tempfile::tempdir().unwrap();
    let mut command = command(&dir);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", &fake.url);
    for name in [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "all_proxy",
    ] {
        command.env(name, "http://127.0.0.1:9");
    }
    let gateway = Process::start(&mut command);
    let sent = request("shop", vec![span(1, 1, "a")]);
    assert!(post(&gateway.url, &sent).await.status().is_success());
    let began = Instant::now();
    while fake.taken() != [sent.clone()] {
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "{:?}",
            gateway.sink("otlp").await
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Doubles in all messages with attributes are compared by bits, because NaN is not equal to itself.
#[tokio::test]
async fn doubles_without_a_json_number_are_forwarded_and_shown() {
    let fake = FakeHoneycomb::collector([]).await;
    let gateway = TestGateway::start_with(|config| config.otlp = Some(Otlp::new(&fake.url))).await;
    let attributes = |texts: [&str; 2]| {
        let value = |text: &str| json!({"doubleValue": text});
        let array = json!({"arrayValue": {"values": [value(texts[1]), {"stringValue": "\"doubleValue\":null"}]}});
        json!([{"key": "a", "value": value(texts[0])}, {"key": "b", "value": array}])
    };
    let request = json!({"resourceSpans": [{
        "resource": {"attributes": attributes(["NaN", "Infinity"])},
        "scopeSpans": [{
            "scope": {"attributes": attributes(["-Infinity", "NaN"])},
            "spans": [{
                "traceId": trace_id(1), "spanId": "02".repeat(8),
                "attributes": attributes(["Infinity", "-Infinity"]),
                "events": [{"attributes": attributes(["NaN", "NaN"])}],
                "links": [{"traceId": trace_id(2), "spanId": "03".repeat(8), "attributes": attributes(["-Infinity", "Infinity"])}],
            }],
        }],
    }]});
    assert_eq!(gateway.post(JSON, request.to_string()).await.status, 200);
    let shown = gateway
        .get(&format!("/api/traces/{}", trace_id(1)))
        .await
        .json();
    let (resource, given) = (&shown["resourceSpans"][0], &request["resourceSpans"][0]);
    let (scope, given_scope) = (&resource["scopeSpans"][0], &given["scopeSpans"][0]);
    let (span, given_span) = (&scope["spans"][0], &given_scope["spans"][0]);
    for (place, shown, given) in [
        ("resource", &resource["resource"], &given["resource"]),
        ("scope", &scope["scope"], &given_scope["scope"]),
        ("span", span, given_span),
        ("event", &span["events"][0], &given_span["events"][0]),
        ("link", &span["links"][0], &given_span["links"][0]),
    ] {
        assert_eq!(shown["attributes"], given["attributes"], "{place}");
    }
    assert_eq!(done(&gateway, "otlp").await.sent, 1);
    let sent = format!("{:?}", fake.taken());
    let counts = ["DoubleValue(NaN)", "DoubleValue(inf)", "DoubleValue(-inf)"]
        .map(|value| sent.matches(value).count());
    assert_eq!(counts, [4, 3, 3]);
}

#[tokio::test]
async fn batch_that_times_out_is_retried_as_smaller_ones() {
    let fake = FakeHoneycomb::collector([Reply::SilentAbove(2)]).await;
    let mut otlp = Otlp::new(&fake.url);
    otlp.timeout = Duration::from_millis(500);
    let gateway = TestGateway::start_with(|config| config.otlp = Some(otlp)).await;
    let spans = (1..=4).map(|id| span(1, id, "a")).collect();
    gateway.export(request("shop", spans)).await;
    assert_eq!(done(&gateway, "otlp").await.sent, 4);
    let sizes: Vec<_> = fake
        .taken()
        .iter()
        .map(|taken| taken.resource_spans[0].scope_spans[0].spans.len())
        .collect();
    assert_eq!(sizes, [2, 2]);
}
