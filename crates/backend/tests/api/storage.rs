//! What happens while the database cannot write, and after it can again.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};
use tokio::time::{sleep, timeout};

use crate::support::{Answer, Api, Caller};

/// How long it may take until what failed works again.
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(1);
/// More than there are connections.
const ATTEMPTS: usize = 20;

fn crud() -> Value {
    json!({ "message": "Is there room?", "ttl": "1-day" })
}

async fn post(caller: &Caller<'_>) -> Answer {
    caller.post("/api/activities", &crud()).await
}

/// Waits until posting works, and fails when that takes longer than [`RECOVERY_TIMEOUT`].
async fn assert_posting_recovers(caller: &Caller<'_>) {
    let begin = Instant::now();
    while post(caller).await.status != StatusCode::OK {
        assert!(
            begin.elapsed() < RECOVERY_TIMEOUT,
            "posting does not recover"
        );
        sleep(Duration::from_millis(20)).await;
    }
    for _ in 0..ATTEMPTS {
        assert_eq!(post(caller).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn posting_recovers_after_sqlite_ended_transactions_by_itself() {
    let api = Api::start().await;
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
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    // A deferred constraint fails at the commit, which leaves the transaction open.
    api.execute(
        "CREATE TABLE nobody (id INTEGER PRIMARY KEY); \
         CREATE TABLE broken (id INTEGER REFERENCES nobody (id) DEFERRABLE INITIALLY DEFERRED); \
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
async fn posting_works_after_requests_were_abandoned_midway() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let mut abandoned = 0;
    for micros in (0..8_000).step_by(200) {
        let request = timeout(Duration::from_micros(micros), post(&worf));
        abandoned += usize::from(request.await.is_err());
    }
    assert!(abandoned > 0);
    assert_posting_recovers(&worf).await;
}

#[tokio::test]
async fn health_check_is_503_while_writes_fail() {
    let api = Api::start().await;
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
        assert!(begin.elapsed() < RECOVERY_TIMEOUT * 5);
        sleep(Duration::from_millis(20)).await;
    }
    let answer = health().await;
    answer.assert_problem(503);
    assert_eq!(answer.header(axum::http::header::RETRY_AFTER), "1");

    other.close().await.unwrap();
    assert_posting_recovers(&worf).await;
    let begin = Instant::now();
    while health().await.status != StatusCode::OK {
        assert!(
            begin.elapsed() < RECOVERY_TIMEOUT * 2,
            "the health check does not recover"
        );
        sleep(Duration::from_millis(20)).await;
    }
}
