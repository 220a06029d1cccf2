//! X-Ray's UDP protocol: `datagrams.txt` is what `program.py` sent with AWS's SDK 2.15 for Python.

use std::net::{Ipv4Addr, SocketAddr};

use serde_json::{Value, json};
use tokio::net::UdpSocket;

use crate::support::TestGateway;

const DATAGRAMS: &str = include_str!("datagrams.txt");
const HEADER: &str = r#"{"format":"json","version":1}"#;

async fn gateway() -> (TestGateway, SocketAddr) {
    let listen = Some("127.0.0.1:0".to_owned());
    let gateway = TestGateway::start_with(|config| config.xray_listen = listen).await;
    let address = gateway.xray_address().unwrap();
    (gateway, address)
}

async fn send(address: SocketAddr, datagrams: impl IntoIterator<Item = String>) {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    for datagram in datagrams {
        socket.send_to(datagram.as_bytes(), address).await.unwrap();
    }
}

/// Two lines each: the header and the document.
fn captured() -> Vec<String> {
    let lines: Vec<&str> = DATAGRAMS.lines().collect();
    lines
        .chunks(2)
        .map(|datagram| datagram.join("\n"))
        .collect()
}

/// The stored spans of the trace that a list entry of this name stands for.
async fn spans(gateway: &TestGateway, name: &str) -> Vec<Value> {
    let list = gateway.get("/api/traces").await.json();
    let traces = list["traces"].as_array().unwrap();
    let trace = traces.iter().find(|trace| trace["name"] == name).unwrap();
    let path = format!("/api/traces/{}", trace["trace_id"].as_str().unwrap());
    let trace = gateway.get(&path).await.json();
    let resources = trace["resourceSpans"].as_array().unwrap().iter();
    resources
        .flat_map(|resource| {
            resource["scopeSpans"][0]["spans"]
                .as_array()
                .unwrap()
                .clone()
        })
        .collect()
}

fn named<'a>(spans: &'a [Value], name: &str) -> &'a Value {
    spans.iter().find(|span| span["name"] == name).unwrap()
}

fn attribute<'a>(span: &'a Value, key: &str) -> &'a Value {
    let mut attributes = span["attributes"].as_array().unwrap().iter();
    let found = attributes.find(|attribute| attribute["key"] == key);
    &found.unwrap_or_else(|| panic!("no {key} in {span:#}"))["value"]
}

/// The subsegment of `program.py` that has an annotation and metadata.
pub(crate) fn assert_home_activities(spans: &[Value]) {
    let home = named(spans, "home-activities");
    assert_eq!(
        home["parentSpanId"],
        named(spans, "backend-flask")["spanId"]
    );
    assert_eq!(attribute(home, "user"), &json!({"stringValue": "andrew"}));
    let counts =
        json!({"kvlistValue": {"values": [{"key": "results", "value": {"intValue": "3"}}]}});
    let metadata = json!({"kvlistValue": {"values": [{"key": "counts", "value": counts}]}});
    assert_eq!(attribute(home, "aws.xray.metadata.cruddur"), &metadata);
}

#[tokio::test]
async fn what_awss_sdk_sends_is_a_trace_with_its_metadata_statements_and_exceptions() {
    let (gateway, address) = gateway().await;
    send(address, captured()).await;
    gateway.status_when(|status| status.spans_kept == 9).await;
    assert_eq!(
        gateway.list("service=backend-flask&status=error").await,
        ["backend-flask"]
    );

    let spans = spans(&gateway, "backend-flask").await;
    let segment = named(&spans, "backend-flask");
    assert_eq!(
        (&segment["kind"], &segment["parentSpanId"]),
        (&json!(2), &json!(""))
    );
    assert_eq!(
        attribute(segment, "http.response.status_code"),
        &json!({"intValue": "500"})
    );
    assert_home_activities(&spans);
    let statement = named(&spans, "db.example.com");
    assert_eq!(statement["kind"], 3);
    assert_eq!(
        attribute(statement, "db.query.text"),
        &json!({"stringValue": "SELECT 1"})
    );
    let failing = named(&spans, "failing");
    assert_eq!(
        failing["status"],
        json!({"code": 2, "message": "no such user"})
    );
    let exception = &failing["events"][0];
    assert_eq!(
        attribute(exception, "exception.type"),
        &json!({"stringValue": "ValueError"})
    );
}

#[tokio::test]
async fn subsegments_sent_before_their_segment_belong_to_its_service() {
    let (gateway, address) = gateway().await;
    send(address, captured()).await;
    gateway.status_when(|status| status.spans_kept == 9).await;
    let spans = spans(&gateway, "batch").await;
    let outer = named(&spans, "outer")["spanId"].clone();
    for step in ["step-0", "step-1", "step-2"] {
        assert_eq!(named(&spans, step)["parentSpanId"], outer);
    }
    let list = gateway.get("/api/traces?name=batch").await.json();
    assert_eq!(list["traces"][0]["services"], json!(["batch"]));
}

#[tokio::test]
async fn a_segment_in_progress_is_shown_and_replaced_when_it_is_complete() {
    let (gateway, address) = gateway().await;
    let document = |rest: &str| {
        format!(
            "{HEADER}\n{{\"id\": \"00f067aa0ba902b7\", \"name\": \"slow\", \"start_time\": 1790000000.0, \
             \"trace_id\": \"1-6a2b7c1e-98038103d269b633813fc60c\", {rest}}}"
        )
    };
    send(address, [document("\"in_progress\": true")]).await;
    gateway.status_when(|status| status.spans_kept == 1).await;
    let open = spans(&gateway, "slow").await;
    assert_eq!(
        attribute(&open[0], "aws.xray.in_progress"),
        &json!({"boolValue": true})
    );

    send(address, [document("\"end_time\": 1790000005.5")]).await;
    gateway
        .list_when("min_duration_ms=5500", |names| names == ["slow"])
        .await;
    assert_eq!(
        spans(&gateway, "slow").await[0]["endTimeUnixNano"],
        "1790000005500000000"
    );
    assert_eq!(gateway.status().await.spans_kept, 1);
}

/// What waits for its segment, for its end, or in the socket.
#[tokio::test]
async fn a_restart_keeps_what_waits_and_replaces_what_was_in_progress() {
    let (gateway, address) = gateway().await;
    let document = |id: u8, rest: &str| {
        format!(
            "{HEADER}\n{{\"id\": \"00f067aa0ba902b{id}\", \"name\": \"slow\", \"start_time\": 1700000000.0, \
             \"trace_id\": \"1-6a2b7c1e-98038103d269b63381{id}fc60c\", {rest}}}"
        )
    };
    let open = document(1, "\"in_progress\": true");
    let sub = document(2, "\"end_time\": 1700000001.0, \"type\": \"subsegment\"");
    send(address, [open, sub]).await;
    let gateway = gateway.restart_with(|_| {}).await;
    assert_eq!(gateway.status().await.spans_kept, 2);

    let address = gateway.xray_address().unwrap();
    send(address, [document(1, "\"end_time\": 1700000005.5")]).await;
    gateway
        .list_when("min_duration_ms=5500", |names| names == ["slow"])
        .await;
    assert_eq!(gateway.status().await.spans_kept, 2);
}

#[tokio::test]
async fn what_is_no_segment_document_is_counted_and_the_next_one_taken() {
    let (gateway, address) = gateway().await;
    let broken = ["", "no header", "{\"format\":\"json\",\"version\":2}\n{}"];
    send(address, broken.map(str::to_owned)).await;
    send(address, [format!("{HEADER}\n{{\"id\": 1}}")]).await;
    send(address, captured()).await;
    let status = gateway.status_when(|status| status.spans_kept == 9).await;
    assert_eq!(status.rejected["invalid_segment"], 4);
}

fn document(id: u8, rest: &str) -> String {
    format!(
        "{HEADER}\n{{\"trace_id\": \"1-6a2b7c1e-98038103d269b633813fc6{id:02x}\", \"id\": \"00f067aa0ba902{id:02x}\", \
         \"name\": \"shop\", \"start_time\": 1790000000.0, \"end_time\": 1790000000.2{rest}}}"
    )
}

/// Each was reason enough to lose the document.
#[tokio::test]
async fn one_odd_field_costs_nothing() {
    let odd = [
        r#", "annotations": null, "metadata": null, "aws": null, "http": null, "sql": null"#,
        r#", "http": {"request": null, "response": {"status": "200", "content_length": "12"}}"#,
        r#", "http": {"request": "GET /", "response": {"status": "teapot"}}"#,
        r#", "user": 17, "origin": 1, "namespace": null, "parent_id": null, "type": null"#,
        r#", "fault": "true", "error": null, "throttle": 0, "in_progress": "false""#,
        r#", "cause": {"exceptions": [{"message": 1, "stack": [{"line": "12"}, {"line": 3.0}, "text"]}]}"#,
        r#", "cause": {"exceptions": null}"#,
        r#", "cause": {"exceptions": {"message": "no list"}}"#,
        r#", "annotations": ["a list"], "metadata": "a text", "sql": 1, "aws": []"#,
        r#", "annotations": {"cut": "\ud83c", "nan": NaN, "none": null}"#,
        r#", "subsegments": null"#,
        r#", "subsegments": {}"#,
        r#", "subsegments": [null, 1, "text"]"#,
        r#", "ID": "other", "service": {"version": 1}, "future": [[[]]]"#,
    ];
    let (gateway, address) = gateway().await;
    let documents = (1..).zip(odd).map(|(id, rest)| document(id, rest));
    send(address, documents).await;
    let all = odd.len() as u64;
    let status = gateway
        .status_when(|status| status.spans_kept == all || !status.rejected.is_empty())
        .await;
    assert_eq!(status.rejected, [].into());
    assert_eq!(gateway.list("service=shop&status=error").await.len(), 1);
    assert!(status.repaired["xray_field"] >= 3, "{status:?}");
}

#[tokio::test]
async fn values_of_the_wrong_type_are_kept() {
    let (gateway, address) = gateway().await;
    let rest = r#", "user": 17, "annotations": {"ok": 1}, "error": true,
        "http": {"response": {"status": "200"}, "request": {"traced": true}},
        "cause": {"exceptions": [{"type": "ValueError", "message": "x", "stack": [
            {"path": "a.py", "line": "12", "label": "f"}, {"path": "b.py", "line": 3.0, "label": "g"}]}]}"#;
    send(address, [document(1, rest)]).await;
    gateway.status_when(|status| status.spans_kept == 1).await;
    let span = &spans(&gateway, "shop").await[0];
    for (key, expected) in [
        ("enduser.id", json!({"stringValue": "17"})),
        ("http.response.status_code", json!({"intValue": "200"})),
        ("aws.xray.http.request.traced", json!({"boolValue": true})),
        ("ok", json!({"intValue": "1"})),
    ] {
        assert_eq!(attribute(span, key), &expected, "{key}");
    }
    let stack = attribute(&span["events"][0], "exception.stacktrace");
    let expected = json!({"stringValue": "at f (a.py:12)\nat g (b.py:3)"});
    assert_eq!(stack, &expected);
}

#[tokio::test]
async fn subsegments_nested_deeper_than_parsers_bear_are_all_kept() {
    const DEPTH: usize = 400;
    let (gateway, address) = gateway().await;
    let nested = (1..=DEPTH).rev().fold(String::new(), |inner, number| {
        format!(
            r#", "subsegments": [{{"id": "{number:016x}", "name": "level {number}", "start_time": 1790000000.0, "end_time": 1790000000.1{inner}}}]"#
        )
    });
    // Metadata may be nested as well.
    let deep = format!("{}1{}", "[".repeat(300), "]".repeat(300));
    let rest = format!(r#"{nested}, "metadata": {{"deep": {deep}}}"#);
    let datagram = document(1, &rest);
    assert!(datagram.len() < 65_000);
    send(address, [datagram]).await;
    let expected = DEPTH as u64 + 1;
    let status = gateway
        .status_when(|status| status.spans_kept == expected || !status.rejected.is_empty())
        .await;
    assert_eq!(status.rejected, [].into());
    let spans = spans(&gateway, "shop").await;
    let innermost = named(&spans, &format!("level {DEPTH}"));
    assert_eq!(innermost["parentSpanId"], format!("{:016x}", DEPTH - 1));
}

#[tokio::test]
async fn headers_in_capitals_and_documents_without_one_are_taken() {
    let (gateway, address) = gateway().await;
    let headers = [
        r#"{"FORMAT": "JSON", "VERSION": 1}"#,
        r#"{"Format": "Json", "Version": "1"}"#,
        "",
    ];
    let documents = (1..).zip(headers);
    let documents = documents.map(|(id, header)| document(id, "").replace(HEADER, header));
    send(address, documents).await;
    gateway.status_when(|status| status.spans_kept == 3).await;
    assert_eq!(gateway.status().await.rejected, [].into());
}

/// A subsegment that is lost is counted, and those around and within it are kept.
#[tokio::test]
async fn a_subsegment_that_is_none_is_counted_and_leaves_its_place_to_those_within() {
    let (gateway, address) = gateway().await;
    let inner = r#"{"id": "00000000000000b2", "name": "inner", "start_time": 1790000000.0, "end_time": 1790000000.1}"#;
    let rest = format!(
        r#", "subsegments": [{{"id": "no id", "name": "bad", "start_time": 1790000000.0, "end_time": 1790000000.1, "subsegments": [{inner}]}},
            {{"id": "00000000000000b3", "name": "timeless", "start_time": "soon"}}]"#
    );
    send(address, [document(1, &rest)]).await;
    let status = gateway.status_when(|status| status.spans_kept == 2).await;
    assert_eq!(status.rejected["invalid_span_id"], 1);
    assert_eq!(status.rejected["invalid_segment"], 1);
    let spans = spans(&gateway, "shop").await;
    let parent = &named(&spans, "inner")["parentSpanId"];
    assert_eq!(parent, &named(&spans, "shop")["spanId"]);
}
