//! Log records are deleted as traces are: expired ones, and the oldest of a full store.

use prost::Message;

use crate::support::{DEADLINE, INFO, PROTOBUF, TestGateway, log, logs_request, request, span};

#[tokio::test]
async fn expired_records_are_deleted() {
    let gateway = TestGateway::start().await;
    let lines = vec![log(1, 0, INFO, "a"), log(0, 0, INFO, "no trace")];
    gateway.export_logs("shop", lines).await;
    let (mut config, dir) = gateway.stop().await;
    let database = rusqlite::Connection::open(&config.db).unwrap();
    database.execute("UPDATE log SET received = 1", []).unwrap();
    drop(database);
    config.retention.age = std::time::Duration::from_secs(3600);
    let gateway = TestGateway::open(config, dir).await;
    gateway.status_when(|status| status.logs.kept == 0).await;
    assert_eq!(gateway.log_bodies("").await, [""; 0]);
    // The resource was deleted with the last of its records.
    let count = "SELECT count(*) FROM origin";
    let origins: i64 = gateway
        .database()
        .query_row(count, [], |row| row.get(0))
        .unwrap();
    assert_eq!(origins, 0);
}

#[tokio::test]
async fn records_of_a_trace_are_deleted_with_it() {
    let gateway = TestGateway::start().await;
    gateway
        .export(request("shop", vec![span(1, 1, "GET /")]))
        .await;
    let lines = vec![log(1, 0, INFO, "of the trace"), log(2, 0, INFO, "other")];
    gateway.export_logs("shop", lines).await;
    let (mut config, dir) = gateway.stop().await;
    let database = rusqlite::Connection::open(&config.db).unwrap();
    database
        .execute("UPDATE trace SET received = 1", [])
        .unwrap();
    drop(database);
    config.retention.age = std::time::Duration::from_secs(3600);
    let gateway = TestGateway::open(config, dir).await;
    gateway.status_when(|status| status.traces_kept == 0).await;
    assert_eq!(gateway.log_bodies("").await, ["other"]);
    assert_eq!(gateway.status().await.logs.kept, 1);
}

#[tokio::test]
async fn full_store_deletes_the_oldest_records() {
    let limit = 2 << 20;
    let gateway = TestGateway::start_with(|config| config.retention.bytes = limit).await;
    let text = "x".repeat(10_000);
    for number in 0..400 {
        let record = log(0, number, INFO, &format!("{number} {text}"));
        let body = logs_request("shop", vec![record]).encode_to_vec();
        assert_eq!(gateway.post_logs(PROTOBUF, body).await.status, 200);
    }
    let status = gateway.status_when(|status| status.logs.kept < 220).await;
    assert!(status.logs.kept > 50, "{}", status.logs.kept);
    // The gateway may still be deleting.
    let listed_as_counted = async {
        loop {
            let bodies = gateway.log_bodies("limit=1000").await;
            if bodies.len() as u64 == gateway.status().await.logs.kept {
                return bodies;
            }
        }
    };
    let bodies = tokio::time::timeout(DEADLINE, listed_as_counted).await;
    assert!(bodies.unwrap()[0].starts_with("399 "));
}
