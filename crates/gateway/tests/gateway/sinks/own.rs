//! A gateway does not forward to itself, under whatever name.

use otel_web_gateway::{Config, Gateway, Otlp, XRay, check};

/// Neither starts nor is said to be good.
async fn refused(variable: &str, configure: impl FnOnce(&mut Config)) {
    let dir = tempfile::tempdir().unwrap();
    let mut config = Config::default();
    config.listen = "127.0.0.1:27318".to_owned();
    config.db = dir.path().join("traces.db");
    configure(&mut config);
    let error = Gateway::start(&config).await.unwrap_err().to_string();
    let report = check(&config).await;
    assert!(!report.is_good());
    for text in [error, report.to_string()] {
        let is_said = text.contains(variable) && text.contains("this gateway");
        assert!(is_said, "{text}");
    }
}

#[tokio::test]
async fn its_own_address_is_no_collector() {
    refused("OTEL_EXPORTER_OTLP_ENDPOINT", |config| {
        config.otlp = Some(Otlp::new("http://localhost:27318"));
    })
    .await;
}

#[tokio::test]
async fn its_own_address_is_no_daemon() {
    refused("AWS_XRAY_DAEMON_ADDRESS", |config| {
        config.listen = "127.0.0.1:0".to_owned();
        config.xray_listen = Some("0.0.0.0:27319".to_owned());
        config.xray = Some(XRay::new("tcp:127.0.0.1:2000 udp:localhost:27319"));
    })
    .await;
}
