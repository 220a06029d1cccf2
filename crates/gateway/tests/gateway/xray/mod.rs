//! X-Ray's UDP protocol. `datagrams.txt` has the datagrams that `program.py` sent with AWS's SDK
//! 2.15 for Python.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::UdpSocket;
use trace_model::{Attribute, Attributes, Span, SpanKind, SpanStatus, Value};

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

/// Returns the datagrams, which have two lines each: the header and the document.
fn captured() -> Vec<String> {
    let lines: Vec<&str> = DATAGRAMS.lines().collect();
    lines
        .chunks(2)
        .map(|datagram| datagram.join("\n"))
        .collect()
}

/// Returns the stored spans of the trace with this name.
async fn spans(gateway: &TestGateway, name: &str) -> Vec<Span> {
    let list = gateway.get("/api/traces").await.json();
    let traces = list["traces"].as_array().unwrap();
    let trace = traces.iter().find(|trace| trace["name"] == name).unwrap();
    gateway.spans(trace["trace_id"].as_str().unwrap()).await
}

fn named<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    spans.iter().find(|span| span.name == name).unwrap()
}

fn value<'a>(attributes: &'a Attributes, key: &str) -> &'a Value {
    let value = attributes.get(key);
    value.unwrap_or_else(|| panic!("no {key} in {attributes:#?}"))
}

fn parent(span: &Span) -> String {
    span.parent_span_id.unwrap().to_string()
}

/// Checks the subsegment of `program.py` that has an annotation and metadata.
pub(crate) fn assert_home_activities(spans: &[Span]) {
    let home = named(spans, "home-activities");
    assert_eq!(
        home.parent_span_id,
        Some(named(spans, "backend-flask").span_id)
    );
    assert_eq!(value(&home.attributes, "user"), &"andrew".into());
    let map = |key: &str, value: Value| {
        let attributes = [Attribute::new(key, value)];
        Value::Map(attributes.into_iter().collect())
    };
    let metadata = map("counts", map("results", 3.into()));
    assert_eq!(
        value(&home.attributes, "aws.xray.metadata.cruddur"),
        &metadata
    );
}

#[tokio::test]
async fn documents_of_the_aws_sdk_become_a_trace() {
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
        (segment.kind, segment.parent_span_id),
        (SpanKind::Server, None)
    );
    assert_eq!(segment.http_status(), Some(500));
    assert_home_activities(&spans);
    let statement = named(&spans, "db.example.com");
    assert_eq!(statement.kind, SpanKind::Client);
    assert_eq!(
        value(&statement.attributes, "db.query.text"),
        &"SELECT 1".into()
    );
    let failing = named(&spans, "failing");
    assert_eq!(failing.status, SpanStatus::Error("no such user".to_owned()));
    let exception = &failing.events[0];
    assert_eq!(
        value(&exception.attributes, "exception.type"),
        &"ValueError".into()
    );
}

#[tokio::test]
async fn subsegment_sent_before_its_segment_gets_its_service() {
    let (gateway, address) = gateway().await;
    send(address, captured()).await;
    gateway.status_when(|status| status.spans_kept == 9).await;
    let spans = spans(&gateway, "batch").await;
    let outer = named(&spans, "outer").span_id;
    for step in ["step-0", "step-1", "step-2"] {
        assert_eq!(named(&spans, step).parent_span_id, Some(outer));
    }
    assert!(spans.iter().all(|span| span.service() == "batch"));
}

#[tokio::test]
async fn complete_segment_replaces_the_one_in_progress() {
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
        value(&open[0].attributes, "aws.xray.in_progress"),
        &Value::Bool(true)
    );

    send(address, [document("\"end_time\": 1790000005.5")]).await;
    gateway
        .list_when("min_duration_ms=5500", |names| names == ["slow"])
        .await;
    let complete = &spans(&gateway, "slow").await[0];
    assert_eq!(complete.end_unix_nano, 1_790_000_005_500_000_000);
    assert_eq!(gateway.status().await.spans_kept, 1);
}

/// A document may be held for its segment or its end, or wait in the socket.
#[tokio::test]
async fn held_documents_are_stored_on_shutdown() {
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
async fn invalid_document_is_counted_and_skipped() {
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

/// Strict parsing would reject the document because of each of these fields.
#[tokio::test]
async fn unexpected_field_does_not_reject_the_document() {
    let fields = [
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
    let documents = (1..).zip(fields).map(|(id, rest)| document(id, rest));
    send(address, documents).await;
    let all = fields.len() as u64;
    let status = gateway
        .status_when(|status| status.spans_kept == all || !status.rejected.is_empty())
        .await;
    assert_eq!(status.rejected, [].into());
    assert_eq!(gateway.list("service=shop&status=error").await.len(), 1);
    assert!(status.repaired["xray_field"] >= 3, "{status:?}");
}

#[tokio::test]
async fn values_of_the_wrong_type_are_converted() {
    let (gateway, address) = gateway().await;
    let rest = r#", "user": 17, "annotations": {"ok": 1}, "error": true,
        "http": {"response": {"status": "200"}, "request": {"traced": true}},
        "cause": {"exceptions": [{"type": "ValueError", "message": "x", "stack": [
            {"path": "a.py", "line": "12", "label": "f"}, {"path": "b.py", "line": 3.0, "label": "g"}]}]}"#;
    send(address, [document(1, rest)]).await;
    gateway.status_when(|status| status.spans_kept == 1).await;
    let span = &spans(&gateway, "shop").await[0];
    for (key, expected) in [
        ("enduser.id", Value::from("17")),
        ("http.response.status_code", 200.into()),
        ("aws.xray.http.request.traced", Value::Bool(true)),
        ("ok", 1.into()),
    ] {
        assert_eq!(value(&span.attributes, key), &expected, "{key}");
    }
    let stack = value(&span.events[0].attributes, "exception.stacktrace");
    assert_eq!(stack, &"at f (a.py:12)\nat g (b.py:3)".into());
}

#[tokio::test]
async fn deeply_nested_subsegments_are_stored() {
    const DEPTH: usize = 400;
    let (gateway, address) = gateway().await;
    let nested = (1..=DEPTH).rev().fold(String::new(), |inner, number| {
        format!(
            r#", "subsegments": [{{"id": "{number:016x}", "name": "level {number}", "start_time": 1790000000.0, "end_time": 1790000000.1{inner}}}]"#
        )
    });
    // Metadata may be deeply nested, too.
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
    assert_eq!(parent(innermost), format!("{:016x}", DEPTH - 1));
}

#[tokio::test]
async fn header_is_optional_and_ignores_case() {
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

/// An invalid subsegment is counted, and its children belong to the document around it.
#[tokio::test]
async fn children_of_an_invalid_subsegment_are_stored() {
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
    let shop = named(&spans, "shop").span_id;
    assert_eq!(named(&spans, "inner").parent_span_id, Some(shop));
}
