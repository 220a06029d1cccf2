//! A gateway does not forward to itself, whatever name it is configured with.

use otel_web_gateway::{Config, Gateway, Otlp, XRay, check};

/// Asserts that the gateway does not start, and that `check` fails.
async fn assert_rejected(variable: &str, configure: impl FnOnce(&mut Config)) {
    let dir = tempfile::tempdir().unwrap();
    let mut config = Config::default();
    config.listen = "127.0.0.1:27318".to_owned();
    config.db = dir.path().join("traces.db");
    configure(&mut config);
    let error = Gateway::start(&config).await.unwrap_err();
    let error = format!("{:#}", anyhow::Error::new(error));
    let report = check(&config).await;
    assert!(!report.is_good());
    for text in [error, report.to_string()] {
        let names_both = text.contains(variable) && text.contains("this gateway");
        assert!(names_both, "{text}");
    }
}

#[tokio::test]
async fn own_address_as_collector_is_rejected() {
    assert_rejected("OTEL_EXPORTER_OTLP_ENDPOINT", |config| {
        config.otlp = Some(Otlp::new("http://localhost:27318"));
    })
    .await;
}

#[tokio::test]
async fn own_address_as_daemon_is_rejected() {
    assert_rejected("AWS_XRAY_DAEMON_ADDRESS", |config| {
        config.listen = "127.0.0.1:0".to_owned();
        config.xray_listen = Some("0.0.0.0:27319".to_owned());
        config.xray = Some(XRay::new("tcp:127.0.0.1:2000 udp:localhost:27319"));
    })
    .await;
}
