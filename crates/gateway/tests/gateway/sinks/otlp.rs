//! The OTLP sink.

use otel_web_gateway::{Config, Gateway, Otlp, Secret};

use super::done;
use crate::support::{FakeHoneycomb, KEY, TestGateway, request, span};

#[tokio::test]
async fn spans_arrive_under_the_configured_headers() {
    let fake = FakeHoneycomb::start([]).await;
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
async fn a_gateway_does_not_forward_to_itself() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = Config::default();
    config.listen = "127.0.0.1:27318".to_owned();
    config.db = dir.path().join("traces.db");
    config.otlp = Some(Otlp::new("http://localhost:27318"));
    let error = Gateway::start(&config).await.unwrap_err().to_string();
    assert!(
        error.contains("OTEL_EXPORTER_OTLP_ENDPOINT") && error.contains("this gateway"),
        "{error}"
    );
}
