//! The Honeycomb sink with a strict fake receiver on loopback.

use std::time::{Duration, SystemTime};

use otel_web_gateway::{Config, Honeycomb, Retention, Secret};
use trace_model::{SinkState, SinkStatus, Status};

use crate::support::{CLASSIC_KEY, FakeHoneycomb, KEY, Reply, TestGateway, request, span};

fn forwarding_to(url: &str, key: &str) -> impl FnOnce(&mut Config) + use<> {
    let mut honeycomb = Honeycomb::new(Secret::new(key));
    url.clone_into(&mut honeycomb.endpoint);
    |config| config.honeycomb = Some(honeycomb)
}

async fn gateway(fake: &FakeHoneycomb) -> TestGateway {
    TestGateway::start_with(forwarding_to(&fake.url, KEY)).await
}

fn sink(status: &Status) -> &SinkStatus {
    &status.sinks[0]
}

/// Returns the sink's status as soon as no span waits.
async fn done(gateway: &TestGateway) -> SinkStatus {
    let status = gateway
        .status_when(|status| sink(status).waiting == 0)
        .await;
    sink(&status).clone()
}

fn refuse(status: u16) -> Reply {
    Reply::Refuse(status, None)
}

#[tokio::test]
async fn spans_arrive_with_their_resources_as_gzipped_protobuf_with_the_key() {
    let fake = FakeHoneycomb::start([]).await;
    let gateway = gateway(&fake).await;
    let browser = request("browser", vec![span(1, 1, "crud.like")]);
    let mut backend = request("backend", vec![span(1, 2, "PUT /like")]);
    backend.resource_spans.extend(browser.resource_spans);
    gateway.export(backend.clone()).await;

    assert_eq!(done(&gateway).await.sent, 2);
    assert_eq!((fake.taken(), fake.mistakes().len()), (vec![backend], 0));
    let headers = &fake.headers()[0];
    assert_eq!(headers["x-honeycomb-team"], KEY);
    assert!(!headers.contains_key("x-honeycomb-dataset"));
}

#[tokio::test]
async fn classic_key_has_a_dataset_header() {
    let fake = FakeHoneycomb::start([]).await;
    let gateway = TestGateway::start_with(forwarding_to(&fake.url, CLASSIC_KEY)).await;
    gateway.export(request("shop", vec![span(1, 1, "a")])).await;
    assert_eq!(done(&gateway).await.sent, 1);
    assert_eq!(fake.headers()[0]["x-honeycomb-dataset"], "traces");
}

#[tokio::test]
async fn all_spans_arrive_once_after_an_outage() {
    let fake = FakeHoneycomb::start([503, 502, 504, 429].map(refuse)).await;
    let gateway = gateway(&fake).await;
    for id in 1..=20 {
        gateway
            .export(request("shop", vec![span(1, id, "a")]))
            .await;
    }
    // A retry of the exporter does not forward a span twice.
    gateway.export(request("shop", vec![span(1, 1, "a")])).await;

    let status = done(&gateway).await;
    assert_eq!((status.sent, status.state), (20, SinkState::On));
    assert!(status.retried >= 4, "{status:?}");
    assert!(status.dropped.is_empty());
    let ids: Vec<u8> = fake.spans().iter().map(|span| span.span_id[0]).collect();
    assert_eq!(ids, (1..=20).collect::<Vec<_>>());
}

#[tokio::test]
async fn spans_are_accepted_and_wait_while_the_receiver_is_down() {
    let unreachable = "http://127.0.0.1:9";
    let gateway = TestGateway::start_with(forwarding_to(unreachable, KEY)).await;
    gateway
        .export(request("shop", vec![span(1, 1, "a"), span(1, 2, "b")]))
        .await;
    let failing = |status: &Status| sink(status).state == SinkState::Failing;
    let status = gateway.status_when(failing).await;
    assert_eq!(sink(&status).waiting, 2);
    let error = sink(&status).last_error.clone().unwrap();
    assert!(error.starts_with("no response: "), "{error}");

    // The spans also wait across a restart.
    let fake = FakeHoneycomb::start([]).await;
    let gateway = gateway.restart_with(forwarding_to(&fake.url, KEY)).await;
    assert_eq!(done(&gateway).await.sent, 2);
    assert_eq!(fake.spans().len(), 2);
}

#[tokio::test]
async fn retry_after_is_respected_in_both_forms() {
    let date = SystemTime::now() + Duration::from_secs(4);
    let replies = ["1".to_owned(), httpdate::fmt_http_date(date)];
    let replies = replies.map(|after| Reply::Refuse(429, Some(after)));
    let fake = FakeHoneycomb::start(replies).await;
    let gateway = gateway(&fake).await;
    gateway.export(request("shop", vec![span(1, 1, "a")])).await;
    assert_eq!(done(&gateway).await.sent, 1);
    let [first, second, third] = fake.arrivals()[..] else {
        panic!("{:?}", fake.arrivals());
    };
    let between = second.duration_since(first).unwrap();
    assert!(between >= Duration::from_secs(1), "{between:?}");
    // Dates have a resolution of one second.
    assert!(third > date - Duration::from_secs(1), "{third:?}");
}

#[tokio::test]
async fn rejected_key_drops_spans_with_a_reason_and_the_sink_fails() {
    let fake = FakeHoneycomb::start([refuse(401)]).await;
    let gateway = gateway(&fake).await;
    gateway.export(request("shop", vec![span(1, 1, "a")])).await;
    let status = done(&gateway).await;
    assert_eq!((status.sent, status.state), (0, SinkState::Failing));
    assert_eq!(status.dropped["http_401"], 1);
    assert!(
        status
            .last_error
            .unwrap()
            .contains("check HONEYCOMB_API_KEY")
    );

    gateway.export(request("shop", vec![span(1, 2, "b")])).await;
    let recovered = |status: &Status| sink(status).state == SinkState::On;
    let status = gateway.status_when(recovered).await;
    assert_eq!(
        (sink(&status).sent, sink(&status).dropped["http_401"]),
        (1, 1)
    );
}

#[tokio::test]
async fn too_large_batch_is_split_and_too_large_span_is_dropped() {
    let fake = FakeHoneycomb::start([Reply::AtMost(3)]).await;
    let gateway = gateway(&fake).await;
    let spans = (1..=20).map(|id| span(1, id, "a")).collect();
    gateway.export(request("shop", spans)).await;
    assert_eq!(done(&gateway).await.sent, 20);
    assert_eq!(fake.spans().len(), 20);

    let fake = FakeHoneycomb::start([Reply::AtMost(0)]).await;
    let gateway = gateway.restart_with(forwarding_to(&fake.url, KEY)).await;
    gateway
        .export(request("shop", vec![span(2, 1, "a"), span(2, 2, "b")]))
        .await;
    assert_eq!(done(&gateway).await.dropped["too_large"], 2);
}

#[tokio::test]
async fn spans_rejected_by_the_receiver_are_not_counted_as_sent() {
    let fake = FakeHoneycomb::start([Reply::Partial(1)]).await;
    let gateway = gateway(&fake).await;
    gateway
        .export(request("shop", vec![span(1, 1, "a"), span(1, 2, "b")]))
        .await;
    let status = done(&gateway).await;
    assert_eq!(status.sent + status.dropped["rejected_by_receiver"], 2);
    // The receiver repeats the key.
    assert_eq!(status.last_error.unwrap(), "too old, [redacted]");
}

#[tokio::test]
async fn spans_deleted_while_they_wait_are_counted_as_expired() {
    let unreachable = "http://127.0.0.1:9";
    let gateway = TestGateway::start_with(forwarding_to(unreachable, KEY)).await;
    gateway
        .export(request("shop", vec![span(1, 1, "a"), span(1, 2, "b")]))
        .await;
    let gateway = gateway
        .restart_with(|config| config.retention.age = Duration::ZERO)
        .await;
    let expired = |status: &Status| sink(status).dropped.get("expired") == Some(&2);
    let status = gateway.status_when(expired).await;
    assert_eq!((status.spans_kept, sink(&status).waiting), (0, 0));

    // An empty store continues its numbers, so the next span is after the sink's cursor.
    let fake = FakeHoneycomb::start([]).await;
    let gateway = gateway
        .restart_with(|config| config.retention = Retention::default())
        .await;
    let gateway = gateway.restart_with(forwarding_to(&fake.url, KEY)).await;
    gateway.export(request("shop", vec![span(2, 1, "c")])).await;
    assert_eq!(done(&gateway).await.sent, 1);
}

#[tokio::test]
async fn spans_stored_while_a_sink_was_off_are_not_sent() {
    let gateway = TestGateway::start().await;
    gateway.export(request("shop", vec![span(1, 1, "a")])).await;
    assert_eq!(sink(&gateway.status().await).state, SinkState::Off);
    let fake = FakeHoneycomb::start([]).await;
    let gateway = gateway.restart_with(forwarding_to(&fake.url, KEY)).await;
    gateway.export(request("shop", vec![span(1, 2, "b")])).await;
    assert_eq!(done(&gateway).await.sent, 1);
    assert_eq!(fake.spans()[0].name, "b");
}

#[tokio::test]
async fn pending_spans_are_sent_on_shutdown() {
    let fake = FakeHoneycomb::start([]).await;
    let gateway = gateway(&fake).await;
    gateway.export(request("shop", vec![span(1, 1, "a")])).await;
    gateway.stop().await;
    assert_eq!(fake.spans().len(), 1);
}

#[tokio::test]
async fn key_is_redacted_when_the_receiver_repeats_it() {
    let fake = FakeHoneycomb::start([refuse(400), refuse(503)]).await;
    let gateway = gateway(&fake).await;
    gateway.export(request("shop", vec![span(1, 1, "a")])).await;
    let failing = |status: &Status| sink(status).state == SinkState::Failing;
    let status = gateway.status_when(failing).await;
    assert!(
        sink(&status)
            .last_error
            .clone()
            .unwrap()
            .contains("[redacted]")
    );
    for path in ["/api/status", "/healthz", "/api/traces", "/"] {
        let body = gateway.get(path).await.body;
        assert!(!String::from_utf8_lossy(&body).contains(KEY), "{path}");
    }
}
