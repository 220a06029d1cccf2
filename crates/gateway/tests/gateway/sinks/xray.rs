//! The X-Ray sink.

use otel_web_gateway::{Config, XRay};
use serde_json::json;
use trace_model::{SinkState, Status};

use super::{done, sink};
use crate::support::{FakeDaemon, JSON, TestGateway, exception, request, span, trace_id};

fn sending_to(address: &str) -> impl FnOnce(&mut Config) + use<> {
    let xray = XRay::new(address);
    |config| config.xray = Some(xray)
}

#[tokio::test]
async fn each_span_is_one_document_with_its_parent() {
    let daemon = FakeDaemon::start().await;
    let gateway = TestGateway::start_with(sending_to(&daemon.address)).await;
    let root = span(1, 1, "crud.like");
    let mut call = exception(span(1, 2, "PUT {id}"), "7");
    (call.kind, call.parent_span_id) = (3, root.span_id.clone());
    let mut server = span(1, 3, "PUT /like");
    (server.kind, server.parent_span_id) = (2, call.span_id.clone());
    gateway
        .export(request("shop", vec![root, call, server]))
        .await;

    let documents = daemon.hear(3).await;
    let document = |id: u8| &documents[&format!("{id:02x}").repeat(8)];
    assert_eq!(
        document(1)["trace_id"],
        "1-01010101-010101010101010101010101"
    );
    assert_eq!(
        (document(1)["name"].as_str(), document(1).get("type")),
        (Some("shop"), None)
    );
    assert_eq!(document(2)["type"], "subsegment");
    assert_eq!(document(2)["parent_id"], "0101010101010101");
    assert_eq!(document(2)["cause"]["exceptions"][0]["type"], "KeyError");
    assert_eq!(
        (document(3)["parent_id"].as_str(), document(3).get("type")),
        (Some("0202020202020202"), None)
    );
    assert_eq!(done(&gateway, "xray").await.sent, 3);
}

#[tokio::test]
async fn batch_without_a_listening_daemon_is_sent_again() {
    let address = FakeDaemon::start().await.address;
    let gateway = TestGateway::start_with(sending_to(&address)).await;
    let spans: Vec<_> = (1..=3).map(|id| span(1, id, "a")).collect();
    gateway.export(request("shop", spans)).await;
    let failing = |status: &Status| sink(status, "xray").state == SinkState::Failing;
    let status = gateway.status_when(failing).await;
    assert_eq!(sink(&status, "xray").waiting, 3);
    let daemon = FakeDaemon::at(&address).await;
    assert_eq!(daemon.hear(3).await.len(), 3);
    assert_eq!(done(&gateway, "xray").await.sent, 3);
}

/// Names that end in `.invalid` never resolve.
#[tokio::test]
async fn daemon_with_an_unknown_name_is_a_failing_sink() {
    let gateway = TestGateway::start_with(sending_to("daemon.invalid:2000")).await;
    gateway.export(request("shop", vec![span(1, 1, "a")])).await;
    let failing = |status: &Status| sink(status, "xray").state == SinkState::Failing;
    let status = gateway.status_when(failing).await;
    assert_eq!(sink(&status, "xray").waiting, 1);
    let daemon = FakeDaemon::start().await;
    let gateway = gateway.restart_with(sending_to(&daemon.address)).await;
    assert_eq!(daemon.hear(1).await.len(), 1);
    assert_eq!(done(&gateway, "xray").await.sent, 1);
}

/// The fake daemon checks each document.
#[tokio::test]
async fn span_with_all_fields_is_a_valid_document_for_each_kind() {
    let daemon = FakeDaemon::start().await;
    let mut xray = XRay::new(&daemon.address);
    xray.annotations = ["http.route", "größe", "list", "nan", "absent"]
        .map(str::to_owned)
        .into();
    let gateway = TestGateway::start_with(|config| config.xray = Some(xray)).await;
    let texts = [
        "http.request.method",
        "url.full",
        "user_agent.original",
        "client.address",
        "server.address",
        "db.query.text",
        "db.system.name",
        "http.route",
        "größe",
        "AWS.x",
    ];
    let text = |key: &str| json!({"key": key, "value": {"stringValue": "x\n\"{}«»"}});
    let mut attributes: Vec<_> = texts.into_iter().map(text).collect();
    attributes.push(json!({"key": "http.response.status_code", "value": {"intValue": 429}}));
    attributes.push(json!({"key": "list", "value": {"arrayValue": {"values": [{}]}}}));
    attributes.push(json!({"key": "nan", "value": {"doubleValue": "NaN"}}));
    let stack = json!({"key": "exception.stacktrace", "value":
        {"stringValue": "a.B: c\n\tat d.E.f(Native Method)\nCaused by: g: h\n\tat i.J.k(J.java:9)"}});
    let spans: Vec<_> = (0..12).map(|number: u8| json!({
        "traceId": trace_id(1), "spanId": format!("{:02x}", number + 1).repeat(8),
        "parentSpanId": if number < 6 { "" } else { "ffffffffffffffff" },
        "name": "«»", "kind": number % 6, "attributes": attributes,
        "startTimeUnixNano": "1790000000000000001", "endTimeUnixNano": "1790000000000000000",
        "status": {"code": 2},
        "events": [{"name": "exception", "attributes": [stack]}, {"name": "other"}],
    })).collect();
    let request = json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]});
    assert_eq!(gateway.post(JSON, request.to_string()).await.status, 200);
    assert_eq!(daemon.hear(12).await.len(), 12);
    assert_eq!(done(&gateway, "xray").await.sent, 12);
}

#[tokio::test]
async fn viewer_gets_the_documents_that_the_sink_sends() {
    let daemon = FakeDaemon::start().await;
    let gateway = TestGateway::start_with(sending_to(&daemon.address)).await;
    let root = span(1, 1, "crud.like");
    let mut call = exception(span(1, 2, "PUT {id}"), "7");
    (call.kind, call.parent_span_id) = (3, root.span_id.clone());
    gateway.export(request("shop", vec![root, call])).await;
    let sent = daemon.hear(2).await;

    let path = format!("/api/traces/{}/xray", trace_id(1));
    let shown = gateway.get(&path).await.json();
    let shown = shown["documents"].as_array().unwrap().clone();
    assert_eq!(shown.len(), 2);
    for entry in shown {
        let id = entry["span_id"].as_str().unwrap();
        assert_eq!(entry["document"], sent[id], "{id}");
    }
}

#[tokio::test]
async fn documents_are_shown_while_the_sink_is_off() {
    let gateway = TestGateway::start().await;
    gateway.export(request("shop", vec![span(1, 1, "a")])).await;
    let path = |id: &str| format!("/api/traces/{id}/xray");
    let shown = gateway.get(&path(&trace_id(1))).await.json();
    assert_eq!(shown["documents"][0]["document"]["name"], "shop");
    for id in [trace_id(9), "nonsense".to_owned()] {
        let answer = gateway.get(&path(&id)).await;
        assert_eq!(answer.status, 404, "{id}");
    }
}
