//! Failing writes, and the recovery from them.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};
use tokio::time::{sleep, timeout};

use crate::support::{Api, Client, Response};

/// A test fails if the recovery takes longer. It says nothing about latency.
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(30);
/// More than the number of connections.
const ATTEMPTS: usize = 20;

fn crud() -> Value {
    json!({ "message": "Is there space?", "ttl": "1-day" })
}

async fn post(client: &Client<'_>) -> Response {
    client.post("/api/activities", &crud()).await
}

/// Waits until posting works, and fails after [`RECOVERY_TIMEOUT`].
async fn assert_posting_recovers(client: &Client<'_>) {
    let begin = Instant::now();
    while post(client).await.status != StatusCode::OK {
        assert!(
            begin.elapsed() < RECOVERY_TIMEOUT,
            "posting does not recover"
        );
        sleep(Duration::from_millis(20)).await;
    }
    for _ in 0..ATTEMPTS {
        assert_eq!(post(client).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn posting_recovers_after_sqlite_rolled_back_transactions() {
    let api = Api::on_file().await;
    let worf = api.signed_in("worf").await;
    // A full disk ends a transaction in the same way.
    api.execute(
        "CREATE TRIGGER full BEFORE INSERT ON activities \
         BEGIN SELECT RAISE(ROLLBACK, 'database or disk is full'); END",
    )
    .await;
    for _ in 0..ATTEMPTS {
        post(&worf).await.assert_problem(500);
    }
    api.execute("DROP TRIGGER full").await;
    assert_posting_recovers(&worf).await;
}

#[tokio::test]
async fn posting_recovers_after_commits_failed() {
    let api = Api::on_file().await;
    let worf = api.signed_in("worf").await;
    // A deferred constraint fails at the commit, which leaves the transaction open.
    api.execute(
        "CREATE TABLE parents (id INTEGER PRIMARY KEY); \
         CREATE TABLE broken (id INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED); \
         CREATE TRIGGER breaks AFTER INSERT ON activities BEGIN INSERT INTO broken VALUES (1); END",
    )
    .await;
    for _ in 0..ATTEMPTS {
        post(&worf).await.assert_problem(500);
    }
    api.execute("DROP TRIGGER breaks").await;
    assert_posting_recovers(&worf).await;
}

#[tokio::test]
async fn posting_works_after_requests_were_dropped_halfway() {
    let api = Api::on_file().await;
    let worf = api.signed_in("worf").await;
    let mut dropped = 0;
    for micros in (0..8_000).step_by(200) {
        let request = timeout(Duration::from_micros(micros), post(&worf));
        dropped += usize::from(request.await.is_err());
    }
    assert!(dropped > 0);
    assert_posting_recovers(&worf).await;
}

#[tokio::test]
async fn health_check_is_503_while_writes_fail() {
    let api = Api::on_file().await;
    let worf = api.signed_in("worf").await;
    let health = async || api.visitor().get("/api/health-check").await;
    health().await.json::<Value>();

    let url = format!("sqlite:{}", api.file().display());
    let mut other = SqliteConnection::connect(&url).await.unwrap();
    let lock = sqlx::raw_sql("BEGIN IMMEDIATE");
    lock.execute(&mut other).await.unwrap();
    post(&worf).await.assert_problem(503);
    let begin = Instant::now();
    while health().await.status == StatusCode::OK {
        assert!(begin.elapsed() < RECOVERY_TIMEOUT);
        sleep(Duration::from_millis(20)).await;
    }
    let response = health().await;
    response.assert_problem(503);
    assert_eq!(response.header(axum::http::header::RETRY_AFTER), "1");

    other.close().await.unwrap();
    assert_posting_recovers(&worf).await;
    let begin = Instant::now();
    while health().await.status != StatusCode::OK {
        assert!(
            begin.elapsed() < RECOVERY_TIMEOUT,
            "the health check does not recover"
        );
        sleep(Duration::from_millis(20)).await;
    }
}
