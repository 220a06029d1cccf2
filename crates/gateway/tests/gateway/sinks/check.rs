//! `otel-web-gateway check`.

use otel_web_gateway::{Config, Honeycomb, Otlp, Rollbar, Secret, XRay, check};

use crate::support::{FakeDaemon, FakeHoneycomb, FakeRollbar, KEY, TOKEN};

async fn config(honeycomb: &str, rollbar: &str, daemon: &str, keys: [&str; 2]) -> Config {
    let mut config = Config::default();
    let mut on = Honeycomb::new(Secret::new(keys[0]));
    honeycomb.clone_into(&mut on.endpoint);
    config.honeycomb = Some(on);
    config.otlp = Some(Otlp::new(FakeHoneycomb::collector([]).await.url));
    config.xray = Some(XRay::new(daemon));
    let mut on = Rollbar::new(Secret::new(keys[1]));
    rollbar.clone_into(&mut on.endpoint);
    config.rollbar = Some(on);
    config
}

#[tokio::test]
async fn valid_keys_and_addresses_pass_without_sending_a_span() {
    let (honeycomb, rollbar) = (FakeHoneycomb::start([]).await, FakeRollbar::start([]).await);
    let daemon = FakeDaemon::start().await;
    let config = config(&honeycomb.url, &rollbar.url, &daemon.address, [KEY, TOKEN]).await;
    let report = check(&config).await;
    let text = report.to_string();
    assert!(report.is_good(), "{text}");
    assert!(
        text.contains("the key belongs to team cruddur, environment test"),
        "{text}"
    );
    assert!(honeycomb.spans().is_empty() && rollbar.items().is_empty());
}

#[tokio::test]
async fn invalid_keys_and_addresses_fail_with_advice_and_without_the_key() {
    let (honeycomb, rollbar) = (FakeHoneycomb::start([]).await, FakeRollbar::start([]).await);
    let unreachable = FakeDaemon::start().await.address;
    let keys = ["hcaik_wrongkey", "wrongtoken"];
    let report = check(&config(&honeycomb.url, &rollbar.url, &unreachable, keys).await).await;
    let text = report.to_string();
    assert!(!report.is_good());
    for expected in [
        "honeycomb: FAILS",
        "check HONEYCOMB_API_KEY",
        "xray: FAILS",
        "nothing listens",
        "rollbar: FAILS",
        "check ROLLBAR_ACCESS_TOKEN",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    assert!(keys.iter().all(|key| !text.contains(key)), "{text}");
}

#[tokio::test]
async fn sinks_that_are_off_name_their_variable() {
    let text = check(&Config::default()).await.to_string();
    for variable in [
        "HONEYCOMB_API_KEY",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "AWS_XRAY_DAEMON_ADDRESS",
        "ROLLBAR_ACCESS_TOKEN",
    ] {
        assert!(text.contains(&format!("off. Set {variable}")), "{text}");
    }
}
