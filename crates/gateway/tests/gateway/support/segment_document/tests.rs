//! The rules report violations: a fake that accepts everything would prove nothing.

use serde_json::{Value, json};

use super::{super::rules::with, check};

/// Returns a valid document.
fn whole() -> Value {
    json!({
        "name": "shop", "id": "00f067aa0ba902b7", "parent_id": "00f067aa0ba902b8",
        "trace_id": "1-6a2b7c1e-98038103d269b633813fc60c", "type": "subsegment",
        "start_time": 1.5, "end_time": 2, "namespace": "remote", "fault": true,
        "http": {"request": {"method": "GET"}, "response": {"status": 500}},
        "sql": {"sanitized_query": "SELECT ?"},
        "cause": {"exceptions": [{
            "id": "00f067aa0ba902b9", "type": "a", "message": "b", "truncated": 0,
            "stack": [{"path": "a.js", "line": 1, "label": "f"}],
        }]},
        "annotations": {"http_route": "/", "count": 1},
        "metadata": {"span": {"name": null}},
        "subsegments": [{
            "name": "b", "id": "00f067aa0ba902ba", "start_time": 1.5, "in_progress": true,
        }],
    })
}

#[test]
fn valid_document_is_accepted() {
    assert_eq!(check(&whole()), Ok(()));
}

#[test]
fn missing_required_field_is_reported() {
    for field in [
        "name",
        "id",
        "trace_id",
        "start_time",
        "end_time",
        "parent_id",
        "type",
    ] {
        assert!(
            check(&with(whole(), &format!("/{field}"), Value::Null)).is_err(),
            "{field}"
        );
    }
    assert!(check(&with(whole(), "/subsegments/0/id", Value::Null)).is_err());
    assert!(check(&with(whole(), "/cause/exceptions/0/id", Value::Null)).is_err());
}

#[test]
fn malformed_field_is_reported() {
    let many: Value = (0..51).map(|key| (format!("k{key}"), json!(1))).collect();
    let cases = [
        ("/name", json!("a«b")),
        ("/name", json!("x".repeat(201))),
        ("/id", json!("00f067aa0ba902b")),
        ("/trace_id", json!("6a2b7c1e98038103d269b633813fc60c")),
        ("/parent_id", json!("")),
        ("/type", json!("segment")),
        ("/namespace", json!("local")),
        ("/start_time", json!("1.5")),
        ("/start_time", json!(3)),
        ("/end_time", json!(1.79e18)),
        ("/in_progress", json!(true)),
        ("/fault", json!("yes")),
        ("/http/response/status", json!("500")),
        ("/http/request/headers", json!({})),
        ("/sql/query", json!("SELECT 1")),
        ("/cause/exceptions/0/id", json!("1")),
        ("/cause/exceptions/0/stack/0/line", json!("1")),
        ("/annotations/http.route", json!("/")),
        ("/annotations/list", json!([])),
        ("/annotations/long", json!("x".repeat(1001))),
        ("/annotations", many),
        ("/metadata/AWS.x", json!(1)),
        ("/subsegments/0/end_time", json!(2)),
        ("/duration", json!(1)),
    ];
    for (pointer, value) in cases {
        assert!(
            check(&with(whole(), pointer, value.clone())).is_err(),
            "{pointer}={value}"
        );
    }
    let mut null = whole();
    null["cause"]["exceptions"][0]["stack"][0]["line"] = Value::Null;
    assert!(check(&null).is_err());
}
