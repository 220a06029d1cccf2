//! All sinks together.

use axum::http::Request;
use otel_web_gateway::{Honeycomb, Otlp, Rollbar, Secret, XRay};
use prost::Message;
use tokio::{net::TcpListener, time::Instant};
use trace_model::SinkState;

use super::{done, sink};
use crate::support::{
    FakeDaemon, FakeHoneycomb, FakeRollbar, KEY, PROTOBUF, TOKEN, TestGateway, exception, request,
    span,
};

#[tokio::test]
async fn unresponsive_receiver_delays_neither_requests_nor_other_sinks_nor_shutdown() {
    // Accepts connections and never responds.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let fake = FakeHoneycomb::start([]).await;
    let gateway = TestGateway::start_with(|config| {
        config.otlp = Some(Otlp::new(url));
        let mut honeycomb = Honeycomb::new(Secret::new(KEY));
        fake.url.clone_into(&mut honeycomb.endpoint);
        config.honeycomb = Some(honeycomb);
    })
    .await;
    for id in 1..=20 {
        gateway
            .export(request("shop", vec![span(1, id, "a")]))
            .await;
    }
    assert_eq!(done(&gateway, "honeycomb").await.sent, 20);
    let status = gateway.status().await;
    assert_eq!(sink(&status, "otlp").waiting, 20);

    let asked = Instant::now();
    let (config, dir) = gateway.stop().await;
    assert!(asked.elapsed().as_secs() < 5, "{:?}", asked.elapsed());
    // Exactly the spans that waited are sent after the next start.
    let other = FakeHoneycomb::collector([]).await;
    let gateway = TestGateway::open(config, dir).await;
    let gateway = gateway
        .restart_with(|config| config.otlp = Some(Otlp::new(&other.url)))
        .await;
    assert_eq!(done(&gateway, "otlp").await.sent, 20);
    assert_eq!((other.spans().len(), fake.spans().len()), (20, 20));
}

#[tokio::test]
async fn trace_reaches_all_receivers_and_no_response_has_a_key() {
    let (honeycomb, otlp) = (
        FakeHoneycomb::start([]).await,
        FakeHoneycomb::collector([]).await,
    );
    let (rollbar, daemon) = (
        FakeRollbar::start([(401, "")]).await,
        FakeDaemon::start().await,
    );
    let gateway = TestGateway::start_with(|config| {
        let mut on = Honeycomb::new(Secret::new(KEY));
        honeycomb.url.clone_into(&mut on.endpoint);
        config.honeycomb = Some(on);
        config.otlp = Some(Otlp::new(&otlp.url));
        config.xray = Some(XRay::new(&daemon.address));
        let mut on = Rollbar::new(Secret::new(TOKEN));
        rollbar.url.clone_into(&mut on.endpoint);
        config.rollbar = Some(on);
    })
    .await;
    let spans = vec![
        exception(span(1, 1, "a"), "7"),
        exception(span(1, 2, "b"), "8"),
    ];
    gateway.export(request("shop", spans)).await;
    assert_eq!(daemon.hear(2).await.len(), 2);
    for name in ["honeycomb", "otlp", "rollbar"] {
        let expected = if name == "rollbar" { 1 } else { 2 };
        assert_eq!(done(&gateway, name).await.sent, expected, "{name}");
    }
    assert_eq!(
        (honeycomb.spans(), rollbar.items().len()),
        (otlp.spans(), 1)
    );
    for path in ["/api/status", "/healthz", "/metrics", "/api/traces", "/"] {
        let text = String::from_utf8_lossy(&gateway.get(path).await.body).into_owned();
        assert!(!text.contains(KEY) && !text.contains(TOKEN), "{path}");
    }
    let status = gateway.status().await;
    assert_eq!(sink(&status, "xray").state, SinkState::On);
}

/// Imported traces are for the viewer: vendors received them when they were recorded.
#[tokio::test]
async fn imported_trace_is_shown_and_not_forwarded() {
    let fake = FakeHoneycomb::collector([]).await;
    let gateway = TestGateway::start_with(|config| config.otlp = Some(Otlp::new(&fake.url))).await;
    let old = request("shop", vec![span(1, 1, "old"), span(1, 2, "old too")]);
    let import = Request::post("/api/import").header("content-type", PROTOBUF);
    let body = old.encode_to_vec().into();
    assert_eq!(gateway.send(import.body(body).unwrap()).await.status, 200);
    gateway
        .export(request("shop", vec![span(2, 1, "new")]))
        .await;

    let status = done(&gateway, "otlp").await;
    assert_eq!((status.sent, status.dropped.len()), (1, 0));
    let names: Vec<_> = fake.spans().into_iter().map(|span| span.name).collect();
    assert_eq!(names, ["new"]);
    assert_eq!(gateway.list("").await.len(), 2);
}
