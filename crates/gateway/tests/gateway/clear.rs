//! Removing traces by request.

use axum::{body::Body, http::Request};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{Answer, INFO, TestGateway, log, request, span, text, trace_id};

async fn delete(gateway: &TestGateway, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::delete(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    gateway.send(request.body(Body::empty()).unwrap()).await
}

async fn cleared(gateway: &TestGateway, path: &str) -> Value {
    let answer = delete(gateway, path, &[]).await;
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    answer.json()
}

/// Stores a trace with two spans of each service. The start of a trace depends on its number.
async fn with_traces() -> TestGateway {
    let gateway = TestGateway::start().await;
    for (trace, service) in [(1, "shop"), (2, "shop"), (3, "stock")] {
        let mut root = span(trace, 1, "buy");
        root.attributes = vec![text("customer", "worf")];
        gateway
            .export(request(service, vec![root, span(trace, 2, "pay")]))
            .await;
    }
    gateway
}

fn rows(database: &Connection, table: &str) -> u64 {
    let sql = format!("SELECT count(*) FROM {table}");
    database.query_row(&sql, [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn log_records_without_a_trace_are_removed_by_time() {
    let gateway = with_traces().await;
    let logs = vec![
        log(1, 0, INFO, "of a trace of a shop"),
        log(3, 0, INFO, "of a trace of a stock"),
        log(0, 2, INFO, "of no trace"),
        log(9, 4, INFO, "of a trace that never arrived"),
    ];
    gateway.export_logs("shop", logs).await;
    let removed = cleared(&gateway, "/api/traces?service=shop").await;
    assert_eq!(
        (&removed["traces"], &removed["logs"]),
        (&json!(2), &json!(1))
    );
    let times = gateway.get("/api/logs").await.json();
    let time = &times["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]["timeUnixNano"];
    // The newest one is the one of the trace that never arrived.
    let before = time.as_str().unwrap();
    let removed = cleared(&gateway, &format!("/api/traces?before={before}")).await;
    assert_eq!(removed["complete"], true);
    assert!(
        !gateway
            .log_bodies("")
            .await
            .contains(&"of no trace".to_owned())
    );
    assert!(
        gateway
            .log_bodies("")
            .await
            .contains(&"of a trace that never arrived".to_owned())
    );
    cleared(&gateway, "/api/traces").await;
    assert!(gateway.log_bodies("").await.is_empty());
    assert_eq!(gateway.status().await.logs.kept, 0);
    let database = gateway.database();
    for table in ["log", "origin"] {
        assert_eq!(rows(&database, table), 0, "{table}");
    }
}

#[tokio::test]
async fn all_traces_are_removed_from_all_tables() {
    let gateway = with_traces().await;
    assert_eq!(
        cleared(&gateway, "/api/traces").await,
        json!({"traces": 3, "spans": 6, "logs": 0, "complete": true})
    );
    assert!(gateway.list("").await.is_empty());
    assert!(gateway.list("query=customer%3Dworf").await.is_empty());
    let actions = gateway.get("/api/actions").await.json();
    assert_eq!(actions["traces"], 0);
    let status = gateway.status().await;
    assert_eq!((status.spans_kept, status.traces_kept), (0, 0));
    let database = gateway.database();
    for table in ["span", "trace", "root", "origin"] {
        assert_eq!(rows(&database, table), 0, "{table}");
    }
}

#[tokio::test]
async fn only_matching_traces_are_removed() {
    let gateway = with_traces().await;
    let removed = cleared(&gateway, "/api/traces?service=shop").await;
    assert_eq!(removed["traces"], 2);
    let left = gateway.get("/api/traces").await.json();
    assert_eq!(left["traces"][0]["trace_id"], trace_id(3));

    let gateway = with_traces().await;
    let start = span(2, 1, "buy").start_time_unix_nano;
    let path = format!("/api/traces?before={start}&service=shop");
    assert_eq!(cleared(&gateway, &path).await["traces"], 1);
    assert_eq!(gateway.list("").await.len(), 2);
    let actions = gateway.get("/api/actions?service=shop").await.json();
    assert_eq!(actions["traces"], 1);
}

#[tokio::test]
async fn misspelled_condition_removes_nothing() {
    let gateway = with_traces().await;
    for parameters in ["app=shop", "before=yesterday", "service=", "query=buy"] {
        let answer = delete(&gateway, &format!("/api/traces?{parameters}"), &[]).await;
        assert_eq!(answer.status, 400, "{parameters}");
    }
    assert_eq!(gateway.list("").await.len(), 3);
}

#[tokio::test]
async fn page_of_another_origin_cannot_remove_or_import() {
    let gateway = with_traces().await;
    let host = ("host", "127.0.0.1:4318");
    for stranger in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "http://127.0.0.1:8080"),
        ("origin", "null"),
    ] {
        let answer = delete(&gateway, "/api/traces", &[host, stranger]).await;
        assert_eq!(answer.status, 403, "{stranger:?}");
        let import = Request::post("/api/import")
            .header("content-type", "application/json")
            .header(host.0, host.1)
            .header(stranger.0, stranger.1);
        let answer = gateway.send(import.body("{}".into()).unwrap()).await;
        assert_eq!(answer.status, 403, "{stranger:?}");
    }
    assert_eq!(gateway.list("").await.len(), 3);
    let own = [host, ("sec-fetch-site", "same-origin")];
    assert_eq!(delete(&gateway, "/api/traces", &own).await.status, 200);
}

#[tokio::test]
async fn spans_that_arrive_later_form_a_new_trace() {
    let gateway = with_traces().await;
    cleared(&gateway, "/api/traces").await;
    let mut late = span(1, 3, "ship");
    late.parent_span_id = vec![1; 8];
    gateway.export(request("shop", vec![late])).await;
    let trace = gateway.get("/api/traces").await.json()["traces"][0].clone();
    assert_eq!(
        (&trace["trace_id"], &trace["span_count"], &trace["has_root"]),
        (&json!(trace_id(1)), &json!(1), &json!(false))
    );
    // Other spans of the trace complete it.
    gateway
        .export(request("shop", vec![span(1, 1, "buy")]))
        .await;
    let trace = gateway.get("/api/traces").await.json()["traces"][0].clone();
    assert_eq!(
        (&trace["name"], &trace["span_count"]),
        (&json!("buy"), &json!(2))
    );
}

#[tokio::test]
async fn spans_are_stored_while_many_traces_are_removed() {
    let gateway = TestGateway::start().await;
    let of_trace = |number: u128, name: &str| {
        let mut span = span(1, 1, name);
        span.trace_id = number.to_be_bytes().to_vec();
        span
    };
    for batch in 0..20 {
        let spans = (1..=200).map(|number| of_trace(batch * 200 + number, "old"));
        gateway.export(request("shop", spans.collect())).await;
    }
    let (removed, ()) = tokio::join!(cleared(&gateway, "/api/traces"), async {
        for number in 1..=20 {
            let new = vec![of_trace(10_000 + number, "new")];
            gateway.export(request("shop", new)).await;
        }
    });
    let left = gateway.list("limit=1000").await;
    assert!(left.iter().all(|name| name == "new"), "{left:?}");
    // A trace that arrived before the request may be among the removed ones.
    let removed = removed["traces"].as_u64().unwrap();
    assert_eq!(removed + left.len() as u64, 4_020);
}
