//! Log records in the store.

use axum::{
    body::Body,
    http::{Request, header},
};
use prost::Message;

use crate::support::{INFO, PROTOBUF, TestGateway, gzip, log, logs_request};

#[tokio::test]
async fn request_that_is_sent_again_is_stored_once() {
    let gateway = TestGateway::start().await;
    // Two equal lines of one request are no repetition.
    let lines = vec![log(1, 0, INFO, "tick"), log(1, 0, INFO, "tick")];
    for _ in 0..3 {
        gateway.export_logs("shop", lines.clone()).await;
    }
    assert_eq!(gateway.status().await.logs.kept, 2);
    // Other services and other times are other records.
    gateway.export_logs("stock", lines).await;
    let later = vec![log(1, 1, INFO, "tick")];
    gateway.export_logs("shop", later).await;
    assert_eq!(gateway.status().await.logs.kept, 5);
    assert_eq!(gateway.log_bodies("").await.len(), 5);
}

#[tokio::test]
async fn records_survive_a_restart() {
    let gateway = TestGateway::start().await;
    gateway
        .export_logs("shop", vec![log(1, 0, INFO, "a")])
        .await;
    let gateway = gateway.restart_with(|_| {}).await;
    assert_eq!(gateway.log_bodies("").await, ["a"]);
    assert_eq!(gateway.status().await.logs.kept, 1);
    gateway
        .export_logs("shop", vec![log(1, 0, INFO, "a")])
        .await;
    assert_eq!(gateway.status().await.logs.kept, 1);
}

/// Version 12 had no log records.
#[tokio::test]
async fn store_of_the_former_version_keeps_its_traces_and_accepts_log_records() {
    let gateway = TestGateway::start().await;
    let trace = crate::support::request("shop", vec![crate::support::span(1, 1, "GET /")]);
    gateway.export(trace).await;
    let (config, dir) = gateway.stop().await;
    let database = rusqlite::Connection::open(&config.db).unwrap();
    let downgrade = "DROP TABLE log; ALTER TABLE origin DROP COLUMN last_log;
        ALTER TABLE numbering DROP COLUMN last_log; PRAGMA user_version = 12";
    database.execute_batch(downgrade).unwrap();
    drop(database);
    let gateway = TestGateway::open(config, dir).await;
    assert_eq!(gateway.list("").await, ["GET /"]);
    gateway
        .export_logs("shop", vec![log(1, 0, INFO, "a")])
        .await;
    assert_eq!(gateway.log_bodies("").await, ["a"]);
}

#[tokio::test]
async fn damaged_record_is_left_out() {
    let gateway = TestGateway::start().await;
    let lines = vec![log(1, 0, INFO, "first"), log(1, 1, INFO, "second")];
    gateway.export_logs("shop", lines).await;
    let sql = "UPDATE log SET body = CAST(replace(body, 'first', 'fir5t') AS BLOB) WHERE seq = 1";
    assert_eq!(gateway.database().execute(sql, []), Ok(1));
    assert_eq!(gateway.log_bodies("").await, ["second"]);
}

#[tokio::test]
async fn compressed_requests_are_accepted() {
    let gateway = TestGateway::start().await;
    let body = logs_request("shop", vec![log(1, 0, INFO, "a")]).encode_to_vec();
    let request = Request::post("/v1/logs")
        .header(header::CONTENT_TYPE, PROTOBUF)
        .header(header::CONTENT_ENCODING, "gzip");
    let request = request.body(Body::from(gzip(&body))).unwrap();
    assert_eq!(gateway.send(request).await.status, 200);
    assert_eq!(gateway.log_bodies("").await, ["a"]);
}

#[tokio::test]
async fn records_are_counted_in_the_metrics() {
    let gateway = TestGateway::start().await;
    let mut late = log(1, 0, INFO, "late");
    late.time_unix_nano = u64::MAX;
    let request = logs_request("shop", vec![log(1, 0, INFO, "a"), late]);
    gateway.post_logs(PROTOBUF, request.encode_to_vec()).await;
    let metrics = gateway.get("/metrics").await.body;
    let metrics = String::from_utf8(metrics.to_vec()).unwrap();
    for line in [
        "otel_web_gateway_store_logs 1",
        "otel_web_gateway_rejected_logs_total{reason=\"invalid_time\"} 1",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{metrics}");
    }
}
