//! Honeycomb and OTLP receivers get log records; X-Ray and Rollbar do not.

use otel_web_gateway::{Honeycomb, Otlp, Rollbar, Secret, XRay};
use trace_model::{SinkState, SinkStatus, Status};

use crate::support::{
    CLASSIC_KEY, FakeDaemon, FakeHoneycomb, FakeRollbar, INFO, KEY, Reply, TOKEN, TestGateway, log,
    request, span,
};

fn sink<'a>(status: &'a Status, name: &str) -> &'a SinkStatus {
    let mut sinks = status.logs.sinks.iter();
    sinks.find(|sink| sink.name == name).unwrap()
}

/// Returns the sink's status as soon as no log record waits.
async fn done(gateway: &TestGateway, name: &str) -> SinkStatus {
    let idle = |status: &Status| status.logs.kept > 0 && sink(status, name).waiting == 0;
    sink(&gateway.status_when(idle).await, name).clone()
}

fn honeycomb(fake: &FakeHoneycomb, key: &str) -> Honeycomb {
    let mut honeycomb = Honeycomb::new(Secret::new(key));
    fake.url.clone_into(&mut honeycomb.endpoint);
    honeycomb
}

#[tokio::test]
async fn records_arrive_unchanged_at_an_otlp_receiver() {
    let fake = FakeHoneycomb::collector([]).await;
    let gateway = TestGateway::start_with(|config| config.otlp = Some(Otlp::new(&fake.url))).await;
    let sent = vec![log(1, 0, INFO, "a"), log(0, 1, INFO, "no trace")];
    gateway.export_logs("shop", sent.clone()).await;
    assert_eq!(done(&gateway, "otlp").await.sent, 2);
    assert_eq!(fake.log_records(), sent);
    assert_eq!(fake.spans(), []);
}

#[tokio::test]
async fn honeycomb_gets_records_by_its_rules() {
    for (key, dataset) in [(KEY, None), (CLASSIC_KEY, Some("traces"))] {
        let fake = FakeHoneycomb::start([]).await;
        let gateway = TestGateway::start_with(|config| {
            let mut honeycomb = honeycomb(&fake, key);
            "traces".clone_into(&mut honeycomb.dataset);
            config.honeycomb = Some(honeycomb);
        })
        .await;
        gateway
            .export_logs("shop", vec![log(1, 0, INFO, "a")])
            .await;
        assert_eq!(done(&gateway, "honeycomb").await.sent, 1);
        assert_eq!((fake.log_records().len(), fake.mistakes().len()), (1, 0));
        let headers = &fake.headers()[0];
        assert_eq!(headers["x-honeycomb-team"], key);
        let found = headers.get("x-honeycomb-dataset");
        assert_eq!(found.map(|name| name.to_str().unwrap()), dataset);
    }
}

#[tokio::test]
async fn failed_batch_is_sent_again_and_a_rejected_one_is_counted() {
    let replies = [
        Reply::Refuse(503, None),
        Reply::Take,
        Reply::Partial(1),
        Reply::Refuse(400, None),
    ];
    let fake = FakeHoneycomb::collector(replies).await;
    let gateway = TestGateway::start_with(|config| config.otlp = Some(Otlp::new(&fake.url))).await;
    for (number, sent, dropped) in [(0, 1, 0), (1, 1, 1), (2, 1, 2)] {
        let line = log(1, number, INFO, "a");
        gateway.export_logs("shop", vec![line]).await;
        let is_done = |status: &Status| {
            let sink = sink(status, "otlp");
            sink.waiting == 0 && sink.sent + sink.dropped.values().sum::<u64>() == number + 1
        };
        let status = gateway.status_when(is_done).await;
        let sink = sink(&status, "otlp");
        assert_eq!(sink.sent, sent);
        assert_eq!(sink.dropped.values().sum::<u64>(), dropped);
    }
    let status = gateway.status().await;
    let sink = sink(&status, "otlp");
    assert_eq!((sink.retried, sink.state), (1, SinkState::Failing));
    assert_eq!(sink.dropped["rejected_by_receiver"], 1);
    assert_eq!(sink.dropped["http_400"], 1);
    // The spans of the same sink are not affected.
    let spans = status
        .sinks
        .iter()
        .find(|sink| sink.name == "otlp")
        .unwrap();
    assert_eq!((spans.state, spans.sent), (SinkState::On, 0));
}

#[tokio::test]
async fn waiting_records_are_sent_after_a_restart() {
    let gateway = TestGateway::start_with(|config| {
        // Nothing listens there.
        config.otlp = Some(Otlp::new("http://127.0.0.1:9"));
    })
    .await;
    gateway
        .export_logs("shop", vec![log(1, 0, INFO, "a")])
        .await;
    let failing = |status: &Status| sink(status, "otlp").state == SinkState::Failing;
    let status = gateway.status_when(failing).await;
    assert_eq!(sink(&status, "otlp").waiting, 1);
    let fake = FakeHoneycomb::collector([]).await;
    let gateway = gateway
        .restart_with(|config| config.otlp = Some(Otlp::new(&fake.url)))
        .await;
    assert_eq!(done(&gateway, "otlp").await.sent, 1);
    assert_eq!(fake.log_records().len(), 1);
}

#[tokio::test]
async fn xray_and_rollbar_get_no_log_records() {
    let (rollbar, daemon) = (FakeRollbar::start([]).await, FakeDaemon::start().await);
    let gateway = TestGateway::start_with(|config| {
        let mut to = Rollbar::new(Secret::new(TOKEN));
        rollbar.url.clone_into(&mut to.endpoint);
        config.rollbar = Some(to);
        config.xray = Some(XRay::new(daemon.address.clone()));
    })
    .await;
    gateway
        .export_logs("shop", vec![log(1, 0, 17, "failed")])
        .await;
    // A span that arrives later has passed both sinks.
    gateway
        .export(request("shop", vec![span(1, 1, "GET /")]))
        .await;
    let passed = |status: &Status| status.sinks.iter().all(|sink| sink.waiting == 0);
    let status = gateway.status_when(passed).await;
    let names: Vec<_> = status.logs.sinks.iter().map(|sink| &*sink.name).collect();
    assert_eq!(names, ["honeycomb", "otlp"]);
    assert_eq!(rollbar.items().len(), 0);
}
