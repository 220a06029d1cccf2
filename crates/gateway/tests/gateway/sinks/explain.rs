//! Findings of `otel-web-gateway check` about the gateway itself.

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

/// Returns whether the check passes, and the report.
async fn checked(config: &Config) -> (bool, String) {
    let report = check(config).await;
    (report.is_good(), report.to_string())
}

fn assert_lines(report: &str, expected: &[&str]) {
    for line in expected {
        assert!(
            report.lines().any(|found| found == *line),
            "{line:?} in\n{report}"
        );
    }
}

#[tokio::test]
async fn defaults_are_explained() {
    let dir = tempfile::tempdir().unwrap();
    let (is_good, report) = checked(&config(&dir)).await;
    assert!(is_good, "{report}");
    let store = format!(
        "store: good ({}): writable. Retains 168 h and 1024 MiB, of one trace 50000 spans and 32 MiB",
        dir.path().join("traces.db").display()
    );
    assert_lines(
        &report,
        &[
            "spans: good (127.0.0.1:0): accepts spans from this machine",
            "viewer: at the same address, requires no token, because only this machine can reach it",
            "pages: only the gateway's own origin may send spans. Set OTEL_WEB_GATEWAY_CORS_ORIGINS to allow others",
            &store,
            "limits: 64 MiB per request, 192 MiB for all in memory, 30 s to arrive; 768 connections; \
         per client on another machine 200 requests per second and 256 connections",
            "xray input: off. Set OTEL_WEB_GATEWAY_XRAY_LISTEN to turn it on",
        ],
    );
    assert_eq!(
        fs::read_dir(dir.path()).unwrap().count(),
        0,
        "the check leaves no files"
    );
}

#[tokio::test]
async fn configured_values_are_listed_without_the_token() {
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
        "viewer files: not built, {} has no index.html",
        dir.path().join("dist").display()
    );
    assert_lines(
        &report,
        &[
            "spans: good (0.0.0.0:0): accepts spans from other machines, too",
            "viewer: good (localhost:0): requires OTEL_WEB_GATEWAY_VIEWER_TOKEN",
            "links: lead to https://traces.example",
            &files,
            "pages: https://a.example, http://b.example:81 may send spans from other origins",
            "limits: 64 MiB per request, 192 MiB for all in memory, 30 s to arrive; 768 connections; \
         per client on another machine any number of requests per second and any number of connections",
            "xray input: good (127.0.0.1:0): accepts X-Ray segments by UDP",
        ],
    );
}

#[tokio::test]
async fn viewer_that_other_machines_can_reach_gets_a_generated_token() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(&dir);
    config.listen = "0.0.0.0:0".to_owned();
    let (_, report) = checked(&config).await;
    assert_lines(
        &report,
        &[
            "viewer: at the same address, requires a token, which is generated and logged at each start",
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
async fn address_in_use_is_reported_and_invalid_address_fails() {
    let dir = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut config = config(&dir);
    config.listen = taken.local_addr().unwrap().to_string();
    let (is_good, report) = checked(&config).await;
    let expected = format!(
        "spans: in use ({}) by a running gateway, or by another program: accepts spans from this machine",
        config.listen
    );
    assert!(is_good, "{report}");
    assert_lines(&report, &[&expected]);
    config.listen = "gateway.invalid:4318".to_owned();
    let (_, report) = checked(&config).await;
    assert_lines(&report, &["viewer: at the same address"]);
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
async fn store_that_cannot_be_written_fails_and_is_not_changed() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(&dir);
    let foreign = dir.path().join("notes.txt");
    fs::write(&foreign, "not a store").unwrap();
    for db in ["missing/traces.db", "notes.txt", "."] {
        config.db = dir.path().join(db);
        let (is_good, report) = checked(&config).await;
        let file = config.db.display().to_string();
        assert!(!is_good && report.contains("store: FAILS: "), "{report}");
        assert!(report.contains(&file), "{report}");
        assert!(report.contains("OTEL_WEB_GATEWAY_DB"), "{report}");
    }
    assert_eq!(fs::read_to_string(&foreign).unwrap(), "not a store");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

/// No receiver responds before all have a request.
#[tokio::test]
async fn receivers_are_tested_concurrently() {
    let all_requested = Arc::new(Barrier::new(3));
    let respond = || async move {
        all_requested.wait().await;
        StatusCode::UNAUTHORIZED
    };
    let url = serve(Router::new().fallback(any(respond))).await;
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(&dir);
    let mut honeycomb = Honeycomb::new(Secret::new(KEY));
    url.clone_into(&mut honeycomb.endpoint);
    let mut rollbar = Rollbar::new(Secret::new(TOKEN));
    url.clone_into(&mut rollbar.endpoint);
    (config.honeycomb, config.rollbar) = (Some(honeycomb), Some(rollbar));
    config.otlp = Some(Otlp::new(&url));
    let report = timeout(Duration::from_secs(20), checked(&config)).await;
    let (_, report) = report.expect("one test waits for another");
    assert_eq!(report.matches("401 Unauthorized").count(), 3, "{report}");
}
