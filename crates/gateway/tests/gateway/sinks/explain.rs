//! What `otel-web-gateway check` says of the gateway itself.

use std::{fs, sync::Arc, time::Duration};

use axum::{Router, http::StatusCode, routing::any};
use otel_web_gateway::{Config, Honeycomb, Otlp, Rollbar, Secret, check};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::Barrier, time::timeout};

use crate::support::{KEY, TOKEN, serve};

const VIEWER_TOKEN: &str = "0123456789abcdef";

fn config(dir: &TempDir) -> Config {
    let mut config = Config::default();
    config.listen = "127.0.0.1:0".to_owned();
    config.db = dir.path().join("traces.db");
    config
}

/// Whether all is good, and the report.
async fn checked(config: &Config) -> (bool, String) {
    let report = check(config).await;
    (report.is_good(), report.to_string())
}

fn says(report: &str, expected: &[&str]) {
    for line in expected {
        assert!(
            report.lines().any(|said| said == *line),
            "{line:?} in\n{report}"
        );
    }
}

#[tokio::test]
async fn what_nobody_configured_is_explained_as_well() {
    let dir = tempfile::tempdir().unwrap();
    let (is_good, report) = checked(&config(&dir)).await;
    assert!(is_good, "{report}");
    let store = format!(
        "store: good ({}): can be written. It keeps 168 h and 1024 MiB, of one trace 50000 spans and 32 MiB",
        dir.path().join("traces.db").display()
    );
    says(
        &report,
        &[
            "spans: good (127.0.0.1:0): taken from programs on this machine",
            "viewer: at the same address, without a token, as only this machine reaches it",
            "pages: only of the gateway's own origin may send spans. Set OTEL_WEB_GATEWAY_CORS_ORIGINS for others",
            &store,
            "limits: 64 MiB a request, 192 MiB of all in flight, 30 s to arrive; 768 connections; \
         of one client on another machine 200 requests a second and 256 connections",
            "xray input: off. Set OTEL_WEB_GATEWAY_XRAY_LISTEN to turn it on",
        ],
    );
    assert_eq!(
        fs::read_dir(dir.path()).unwrap().count(),
        0,
        "nothing is left behind"
    );
}

#[tokio::test]
async fn what_is_configured_is_said_but_for_the_token() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(&dir);
    config.listen = "0.0.0.0:0".to_owned();
    config.viewer_listen = Some("localhost:0".to_owned());
    config.viewer_token = Some(Secret::new(VIEWER_TOKEN));
    config.public_url = Some("https://traces.example/".to_owned());
    config.viewer_dir = Some(dir.path().join("dist"));
    config.xray_listen = Some("127.0.0.1:0".to_owned());
    config.cors_origins = vec![
        "https://a.example".parse().unwrap(),
        "http://b.example:81".parse().unwrap(),
    ];
    config.limits.requests_per_second = 0;
    config.limits.connections_per_client = 0;
    let (is_good, report) = checked(&config).await;
    assert!(is_good && !report.contains(VIEWER_TOKEN), "{report}");
    let files = format!(
        "viewer files: none in {} yet, there is no index.html",
        dir.path().join("dist").display()
    );
    says(
        &report,
        &[
            "spans: good (0.0.0.0:0): taken from other machines as well",
            "viewer: good (localhost:0): for whoever has OTEL_WEB_GATEWAY_VIEWER_TOKEN",
            "links: lead to https://traces.example",
            &files,
            "pages: of https://a.example, http://b.example:81 may send spans across origins",
            "limits: 64 MiB a request, 192 MiB of all in flight, 30 s to arrive; 768 connections; \
         of one client on another machine any number of requests a second and any number of connections",
            "xray input: good (127.0.0.1:0): takes X-Ray segments by UDP",
        ],
    );
}

#[tokio::test]
async fn a_viewer_that_others_reach_gets_a_token_at_each_start() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(&dir);
    config.listen = "0.0.0.0:0".to_owned();
    let (_, report) = checked(&config).await;
    says(
        &report,
        &[
            "viewer: at the same address, for whoever has the token that is made up and printed at each start",
        ],
    );
    config.viewer_token = Some(Secret::new("short"));
    let (is_good, report) = checked(&config).await;
    assert!(
        !is_good && report.contains("viewer: FAILS: OTEL_WEB_GATEWAY_VIEWER_TOKEN cannot"),
        "{report}"
    );
}

#[tokio::test]
async fn an_address_in_use_is_said_and_one_that_cannot_be_used_fails() {
    let dir = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut config = config(&dir);
    config.listen = taken.local_addr().unwrap().to_string();
    let (is_good, report) = checked(&config).await;
    let expected = format!(
        "spans: in use ({}) by a gateway that runs, or by another program: taken from programs on this machine",
        config.listen
    );
    assert!(is_good, "{report}");
    says(&report, &[&expected]);
    config.listen = "gateway.invalid:4318".to_owned();
    let (_, report) = checked(&config).await;
    says(&report, &["viewer: at the same address"]);
    config.viewer_listen = Some("127.0.0.1".to_owned());
    config.xray_listen = Some("127.0.0.1:x".to_owned());
    let (is_good, report) = checked(&config).await;
    assert!(!is_good);
    for name in ["spans", "viewer", "xray input"] {
        assert!(
            report.contains(&format!("{name}: FAILS: cannot listen on ")),
            "{report}"
        );
    }
}

#[tokio::test]
async fn a_store_that_cannot_be_written_fails_and_one_that_is_there_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(&dir);
    let foreign = dir.path().join("notes.txt");
    fs::write(&foreign, "not a store").unwrap();
    for db in ["missing/traces.db", "notes.txt", "."] {
        config.db = dir.path().join(db);
        let (is_good, report) = checked(&config).await;
        let expected = format!("store: FAILS: {}: ", config.db.display());
        assert!(!is_good && report.contains(&expected), "{report}");
        assert!(report.contains("Set OTEL_WEB_GATEWAY_DB"), "{report}");
    }
    assert_eq!(fs::read_to_string(&foreign).unwrap(), "not a store");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

/// No receiver answers before all have been asked.
#[tokio::test]
async fn all_receivers_are_asked_at_the_same_time() {
    let all_asked = Arc::new(Barrier::new(3));
    let answer = || async move {
        all_asked.wait().await;
        StatusCode::UNAUTHORIZED
    };
    let url = serve(Router::new().fallback(any(answer))).await;
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(&dir);
    let mut honeycomb = Honeycomb::new(Secret::new(KEY));
    url.clone_into(&mut honeycomb.endpoint);
    let mut rollbar = Rollbar::new(Secret::new(TOKEN));
    url.clone_into(&mut rollbar.endpoint);
    (config.honeycomb, config.rollbar) = (Some(honeycomb), Some(rollbar));
    config.otlp = Some(Otlp::new(&url));
    let report = timeout(Duration::from_secs(20), checked(&config)).await;
    let (_, report) = report.expect("one waits for another's answer");
    assert_eq!(report.matches("401 Unauthorized").count(), 3, "{report}");
}
