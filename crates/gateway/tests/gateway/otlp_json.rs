//! OTLP JSON: its differences from ProtoJSON, and exported traces.

use serde_json::{Value, json};

use crate::support::{Answer, JSON, TestGateway};

const ID: &str = "5b8efff798038103d269b633813fc60c";

/// Posts one span of trace [`ID`] with these fields added.
async fn post(gateway: &TestGateway, fields: Value) -> Answer {
    let mut span = json!({"traceId": ID, "spanId": "eee19b7ec3c1b174", "name": "a",
        "startTimeUnixNano": "1790000000000000000", "endTimeUnixNano": "1790000000010000000"});
    span.as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    let body = json!({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]});
    gateway.post(JSON, body.to_string()).await
}

/// Returns the stored span.
async fn stored(gateway: &TestGateway) -> Value {
    let trace = gateway.get(&format!("/api/traces/{ID}")).await.json();
    trace["resourceSpans"][0]["scopeSpans"][0]["spans"][0].clone()
}

#[tokio::test]
async fn ids_are_hex_in_any_case() {
    let gateway = TestGateway::start().await;
    let fields = json!({"traceId": ID.to_uppercase(), "parentSpanId": "EEE19B7EC3C1B173"});
    post(&gateway, fields).await;
    assert_eq!(stored(&gateway).await["traceId"], ID);
    assert_eq!(stored(&gateway).await["parentSpanId"], "eee19b7ec3c1b173");
}

#[tokio::test]
async fn id_that_is_not_hex_rejects_only_its_span() {
    let gateway = TestGateway::start().await;
    for fields in [
        json!({"traceId": "base64=="}),
        json!({"parentSpanId": "zzzzzzzzzzzzzzzz"}),
    ] {
        let answer = post(&gateway, fields).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.json()["partialSuccess"]["rejectedSpans"], "1");
    }
}

#[tokio::test]
async fn sixty_four_bit_integers_are_strings_or_numbers() {
    let gateway = TestGateway::start().await;
    let fields = json!({"startTimeUnixNano": 1_790_000_000_000_000_001_u64, "attributes": [
        {"key": "string", "value": {"intValue": "-9007199254740993"}},
        {"key": "number", "value": {"intValue": 42}}]});
    post(&gateway, fields).await;
    let span = stored(&gateway).await;
    assert_eq!(span["startTimeUnixNano"], "1790000000000000001");
    assert_eq!(
        span["attributes"][0]["value"]["intValue"],
        "-9007199254740993"
    );
    assert_eq!(span["attributes"][1]["value"]["intValue"], "42");
}

#[tokio::test]
async fn unknown_and_snake_case_names_are_ignored() {
    let gateway = TestGateway::start().await;
    let fields = json!({"futureField": {"deep": [1]}, "parent_span_id": "eee19b7ec3c1b173"});
    let answer = post(&gateway, fields).await;
    assert_eq!(answer.json(), json!({}));
    assert_eq!(stored(&gateway).await["parentSpanId"], "");
}

#[tokio::test]
async fn null_is_an_absent_field() {
    let gateway = TestGateway::start().await;
    let fields = json!({"parentSpanId": null, "attributes": null, "status": null, "kind": null});
    let answer = post(&gateway, fields).await;
    assert_eq!(answer.json(), json!({}));
}

#[tokio::test]
async fn every_kind_of_value_is_preserved() {
    let gateway = TestGateway::start().await;
    let attributes = json!([
        {"key": "string", "value": {"stringValue": "é\u{1f680}"}},
        {"key": "bool", "value": {"boolValue": false}},
        {"key": "double", "value": {"doubleValue": 0.1}},
        {"key": "bytes", "value": {"bytesValue": "AP8="}},
        {"key": "array", "value": {"arrayValue": {"values": [{"intValue": "1"}, {"stringValue": ""}]}}},
        {"key": "map", "value": {"kvlistValue": {"values": [{"key": "k", "value": {"boolValue": true}}]}}},
    ]);
    post(&gateway, json!({"attributes": attributes})).await;
    assert_eq!(stored(&gateway).await["attributes"], attributes);
}

#[tokio::test]
async fn events_links_status_and_flags_are_preserved() {
    let gateway = TestGateway::start().await;
    let fields = json!({
        "kind": 3, "flags": 257, "traceState": "a=b", "droppedEventsCount": 2,
        "status": {"code": 2, "message": "500"},
        "events": [{"timeUnixNano": "1790000000000000005", "name": "exception",
            "attributes": [], "droppedAttributesCount": 1}],
        "links": [{"traceId": ID, "spanId": "eee19b7ec3c1b170", "traceState": "",
            "attributes": [], "droppedAttributesCount": 0, "flags": 1}],
    });
    post(&gateway, fields.clone()).await;
    let span = stored(&gateway).await;
    for (name, value) in fields.as_object().unwrap() {
        assert_eq!(&span[name], value, "{name}");
    }
}

#[tokio::test]
async fn array_without_values_is_empty() {
    let gateway = TestGateway::start().await;
    let attributes = json!([{"key": "none", "value": {"arrayValue": {}}}, {"key": "unset"}]);
    let answer = post(&gateway, json!({"attributes": attributes})).await;
    assert_eq!(answer.json(), json!({}));
    let stored = stored(&gateway).await;
    assert_eq!(
        stored["attributes"][0]["value"]["arrayValue"]["values"],
        json!([])
    );
}
