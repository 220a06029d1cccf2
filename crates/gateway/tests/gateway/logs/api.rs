//! `GET /api/logs`.

use serde_json::Value;

use crate::support::{ERROR, INFO, TestGateway, log, trace_id};

async fn filled() -> TestGateway {
    let gateway = TestGateway::start().await;
    let shop = vec![
        log(1, 0, INFO, "request began"),
        log(1, 5, ERROR, "payment failed"),
        log(2, 0, INFO, "request began"),
    ];
    gateway.export_logs("shop", shop).await;
    let stock = vec![log(1, 3, INFO, "3 left"), log(0, 9, ERROR, "no trace")];
    gateway.export_logs("stock", stock).await;
    gateway
}

/// Returns the parameters of a time range, in milliseconds after the start of the first trace.
fn range(since: u64, until: u64) -> String {
    let nanos = |millis| log(1, millis, INFO, "").time_unix_nano;
    format!("since={}&until={}", nanos(since), nanos(until))
}

#[tokio::test]
async fn records_are_found_by_each_term_of_a_query() {
    let gateway = filled().await;
    let first = trace_id(1);
    for (query, expected) in [
        (
            "",
            &[
                "request began",
                "payment failed",
                "3 left",
                "request began",
                "no trace",
            ][..],
        ),
        ("query=payment", &["payment failed"]),
        ("query=severity%3E%3Derror", &["payment failed", "no trace"]),
        ("query=service:stock", &["3 left", "no trace"]),
        ("query=service:stock%20-severity:error", &["3 left"]),
        (
            &format!("trace={first}"),
            &["payment failed", "3 left", "request began"],
        ),
        (&format!("query=trace:{first}%20left"), &["3 left"]),
        ("query=since:15m", &[]),
        (&range(3, 9), &["payment failed", "3 left"]),
        (
            &format!("{}&trace={first}", range(0, 5)),
            &["3 left", "request began"],
        ),
        ("query=nothing", &[]),
    ] {
        assert_eq!(gateway.log_bodies(query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn pages_continue_without_gaps_and_repetitions() {
    let gateway = TestGateway::start().await;
    // All at the same time, as by a coarse clock.
    let records: Vec<_> = (0..25)
        .map(|number| log(1, 0, INFO, &number.to_string()))
        .collect();
    gateway.export_logs("shop", records).await;
    for trace in ["", &format!("&trace={}", trace_id(1))] {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let query = format!("limit=10&cursor={cursor}{trace}");
            let page = gateway.get(&format!("/api/logs?{query}")).await.json();
            found.extend(gateway.log_bodies(&query).await);
            match page["next"].as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => break,
            }
        }
        let expected: Vec<_> = (0..25).rev().map(|number| number.to_string()).collect();
        assert_eq!(found, expected, "{trace}");
    }
}

#[tokio::test]
async fn response_is_otlp_json_with_the_origin_of_each_record() {
    let gateway = filled().await;
    let page = gateway.get("/api/logs?query=service:stock").await.json();
    assert_eq!(page["next"], Value::Null);
    assert_eq!(page["cut_short"], false);
    let group = &page["resourceLogs"][0];
    let service = &group["resource"]["attributes"][0]["value"]["stringValue"];
    assert_eq!(service, "stock");
    let record = &group["scopeLogs"][0]["logRecords"][0];
    assert_eq!(record["traceId"], trace_id(1));
    assert_eq!(record["severityNumber"], INFO);
    assert_eq!(record["body"]["stringValue"], "3 left");
}

#[tokio::test]
async fn invalid_parameters_are_400_with_advice() {
    let gateway = TestGateway::start().await;
    for (query, advice) in [
        ("query=status:error", "severity>=error"),
        ("query=duration%3E5ms", "does not apply to log records"),
        ("query=severity%3E%3Dloud", "severity>=10"),
        ("trace=12", "a trace id has 32 hex digits"),
        ("cursor=x", "\"next\" of an earlier response"),
        ("limit=-1", "limit"),
    ] {
        let answer = gateway.get(&format!("/api/logs?{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
        let error = answer.json()["error"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(error.contains(advice), "{query}: {error}");
    }
}

#[tokio::test]
async fn list_needs_the_token_that_traces_need() {
    let gateway = TestGateway::start_with(|config| {
        config.viewer_token = Some(otel_web_gateway::Secret::new("correct-horse-battery"));
    })
    .await;
    gateway
        .export_logs("shop", vec![log(1, 0, INFO, "a")])
        .await;
    assert_eq!(gateway.get("/api/logs").await.status, 401);
    let token = axum::http::Request::get("/api/logs")
        .header("authorization", "Bearer correct-horse-battery")
        .body(axum::body::Body::empty());
    assert_eq!(gateway.send(token.unwrap()).await.status, 200);
}
