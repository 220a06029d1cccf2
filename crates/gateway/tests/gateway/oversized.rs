//! Huge names, values and lists are truncated, the response says so, and responses stay small.

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceResponse,
    trace::v1::{Span, span::Event},
};
use prost::Message;
use serde_json::Value;

use crate::{
    store::summary,
    support::{PROTOBUF, TestGateway, request, span, text, trace_id},
};

const MIB: usize = 1 << 20;

/// Sends a request, and returns the warning in the response.
async fn warning(gateway: &TestGateway, message: impl Message) -> String {
    let answer = gateway.post(PROTOBUF, message.encode_to_vec()).await;
    assert_eq!(answer.status, 200);
    let answer = ExportTraceServiceResponse::decode(answer.body).unwrap();
    let partial = answer.partial_success.unwrap_or_default();
    assert_eq!(partial.rejected_spans, 0);
    partial.error_message
}

async fn stored(gateway: &TestGateway, trace: u8) -> Value {
    let path = format!("/api/traces/{}", trace_id(trace));
    let trace = gateway.get(&path).await.json();
    trace["resourceSpans"][0]["scopeSpans"][0]["spans"][0].clone()
}

#[tokio::test]
async fn huge_names_are_truncated_in_the_list() {
    let gateway = TestGateway::start().await;
    for trace in 1..=30 {
        let long = "n".repeat(MIB);
        let spans = request(&format!("{trace}{long}"), vec![span(trace, 1, &long)]);
        let warning = warning(&gateway, spans).await;
        assert!(warning.contains("a name truncated to 4 KiB"), "{warning}");
    }
    let list = gateway.get("/api/traces").await;
    assert!(list.body.len() < 100_000, "{} bytes", list.body.len());
    let traces = list.json()["traces"].as_array().unwrap().clone();
    assert_eq!(traces.len(), 30);
    assert!(traces[0]["name"].as_str().unwrap().ends_with("n…"));
    assert!(traces[0]["service"].as_str().unwrap().ends_with("n…"));
    // The search has more of the name than the list shows.
    assert_eq!(
        gateway
            .list(&format!("name={}", "n".repeat(2000)))
            .await
            .len(),
        30
    );
    assert_eq!(gateway.status().await.repaired["name_too_long"], 30);
    let name = &stored(&gateway, 1).await["name"];
    assert_eq!(name.as_str().unwrap().len(), 4096);
}

#[tokio::test]
async fn dropped_attributes_are_counted_in_the_span() {
    let gateway = TestGateway::start().await;
    let many = |count: usize| {
        let number = |number| text(&format!("key.{number}"), "value");
        (0..count).map(number).collect::<Vec<_>>()
    };
    let event = Event {
        attributes: many(1_030),
        ..Event::default()
    };
    let overloaded = Span {
        attributes: many(2_000),
        dropped_attributes_count: 24,
        events: vec![event; 2],
        ..span(1, 1, "a")
    };
    let beside = span(1, 2, "beside");
    let warning = warning(&gateway, request("shop", vec![overloaded, beside])).await;
    assert!(
        warning.contains("1 span: stored with the first 1,024 attributes"),
        "{warning}"
    );
    let span = stored(&gateway, 1).await;
    assert_eq!(span["attributes"].as_array().unwrap().len(), 1_024);
    assert_eq!(span["droppedAttributesCount"], 1_000);
    assert_eq!(span["events"][1]["droppedAttributesCount"], 6);
    assert_eq!(summary(&gateway, 1).await["span_count"], 2);
}

#[tokio::test]
async fn span_at_the_default_limits_of_sdks_is_unchanged() {
    let gateway = TestGateway::start().await;
    let attributes = |count: usize| {
        let number = |number| text(&format!("key.{number}"), &"v".repeat(1_000));
        (0..count).map(number).collect::<Vec<_>>()
    };
    let event = Event {
        attributes: attributes(16),
        ..Event::default()
    };
    let full = Span {
        attributes: attributes(128),
        events: vec![event; 128],
        ..span(1, 1, &"n".repeat(4_096))
    };
    // `export` asserts that there is no warning.
    gateway.export(request("shop", vec![full])).await;
    assert_eq!(gateway.status().await.repaired.len(), 0);
}
