//! The X-Ray sink.

use otel_web_gateway::{Config, XRay};
use trace_model::{SinkState, Status};

use super::{done, sink};
use crate::support::{FakeDaemon, TestGateway, exception, request, span};

fn sending_to(address: &str) -> impl FnOnce(&mut Config) + use<> {
    let xray = XRay::new(address);
    |config| config.xray = Some(xray)
}

#[tokio::test]
async fn every_span_is_one_document_and_the_parent_is_kept() {
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
async fn what_nobody_listened_to_is_sent_again() {
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

/// Nobody has a name that ends in `.invalid`.
#[tokio::test]
async fn a_daemon_whose_name_is_not_known_yet_is_a_failing_sink_and_not_the_end() {
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
