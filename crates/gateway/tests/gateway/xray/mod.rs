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
