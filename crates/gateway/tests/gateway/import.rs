//! Imported files of Jaeger and Zipkin, and exported ones.

use axum::http::Request;
use serde_json::{Value, json};

use crate::support::{Answer, JSON, TestGateway, gzip, request, span};

async fn import(gateway: &TestGateway, body: impl Into<axum::body::Body>) -> Answer {
    let post = Request::post("/api/import").header("content-type", JSON);
    gateway.send(post.body(body.into()).unwrap()).await
}

/// A trace of March 2019 by Jaeger, with a child, a failed one, and one without an id.
fn jaeger() -> Value {
    let span = |id: &str, parent: &str, name: &str, start: u64| {
        json!({"traceID": "abc", "spanID": id, "operationName": name, "startTime": start, "duration": 2_000,
            "processID": "p1", "tags": [{"key": "error", "type": "bool", "value": name == "SELECT"}],
            "references": [{"refType": "CHILD_OF", "traceID": "abc", "spanID": parent}]})
    };
    let start = 1_552_000_000_000_000;
    let mut root = span("1", "1", "GET /orders", start);
    root["references"] = Value::Null;
    let spans = [
        root,
        span("2", "1", "SELECT", start + 500),
        span("", "1", "lost", start),
    ];
    json!({"data": [{"traceID": "abc", "spans": spans, "processes": {"p1": {"serviceName": "shop"}}}]})
}

#[tokio::test]
async fn file_of_jaeger_is_listed_by_its_own_time_with_its_tree() {
    let gateway = TestGateway::start().await;
    gateway
        .export(request("shop", vec![span(1, 1, "today")]))
        .await;
    let answer = import(&gateway, jaeger().to_string()).await;
    let report = answer.json();
    assert_eq!(answer.status, 200, "{report}");
    let id = format!("{:0>32}", "abc");
    assert_eq!(
        (
            &report["format"],
            &report["traces"],
            &report["spans"],
            &report["skipped"]
        ),
        (&json!("jaeger"), &json!(1), &json!(2), &json!(1))
    );
    assert_eq!(report["problems"][0]["at"], "data[0].spans[2]");
    assert_eq!(report["trace_ids"], json!([id]));
    let list = gateway.get("/api/traces").await.json();
    let imported = &list["traces"][1];
    assert_eq!(
        (
            &imported["name"],
            &imported["start_unix_nano"],
            &imported["error_count"]
        ),
        (
            &json!("GET /orders"),
            &json!("1552000000000000000"),
            &json!(1)
        )
    );
    let status = gateway.status().await;
    assert_eq!(status.rejected["invalid_element"], 1);
    // Importing it again stores nothing new.
    import(&gateway, jaeger().to_string()).await;
    assert_eq!(gateway.status().await.spans_kept, 3);
}

#[tokio::test]
async fn compressed_file_is_recognized_by_its_content() {
    let gateway = TestGateway::start().await;
    let body = gzip(jaeger().to_string().as_bytes());
    let answer = import(&gateway, body).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.json()["spans"]),
        (200, &json!(2))
    );
    let cut = &gzip(jaeger().to_string().as_bytes())[..60];
    let answer = import(&gateway, cut.to_vec()).await;
    assert_eq!(answer.status, 400);
    assert!(
        answer.json()["message"]
            .as_str()
            .unwrap()
            .contains("compressed")
    );
}

#[tokio::test]
async fn unknown_and_oversized_files_are_errors_that_say_why() {
    let gateway = TestGateway::start_with(|config| config.limits.body_bytes = 100_000).await;
    for (body, status, reason) in [
        (String::new(), 400, "empty"),
        (r#"{"hits": []}"#.to_owned(), 400, "Jaeger JSON"),
        (jaeger().to_string().split_off(10), 400, "not JSON"),
        (" ".repeat(100_001), 413, "100000"),
    ] {
        let answer = import(&gateway, body).await;
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert_eq!(answer.status, status, "{message}");
        assert!(message.contains(reason), "{message}");
    }
    assert_eq!(gateway.status().await.spans_kept, 0);
}

#[tokio::test]
async fn large_file_of_zipkin_is_stored_in_steps() {
    let gateway = TestGateway::start().await;
    let spans = (1..=5_000).map(|number| {
        json!({"traceId": format!("{:x}", number % 100 + 1), "id": format!("{number:x}"), "name": "a",
            "timestamp": 1_700_000_000_000_000_u64 + number, "duration": 5,
            "localEndpoint": {"serviceName": "shop"}})
    });
    let body = Value::Array(spans.collect()).to_string();
    let report = import(&gateway, body).await.json();
    assert_eq!(
        (&report["format"], &report["traces"], &report["spans"]),
        (&json!("zipkin"), &json!(100), &json!(5_000))
    );
    assert_eq!(report["trace_ids"].as_array().unwrap().len(), 20);
    assert_eq!(gateway.status().await.spans_kept, 5_000);
}

#[tokio::test]
async fn exported_trace_is_the_same_after_clear_and_import() {
    let gateway = TestGateway::start().await;
    import(&gateway, jaeger().to_string()).await;
    let path = format!("/api/traces/{:0>32}", "abc");
    let exported = gateway.get(&path).await;
    let clear = Request::delete("/api/traces").body(axum::body::Body::empty());
    gateway.send(clear.unwrap()).await;
    assert_eq!(gateway.get(&path).await.status, 404);
    import(&gateway, exported.body.clone()).await;
    assert_eq!(gateway.get(&path).await.json(), exported.json());
}
