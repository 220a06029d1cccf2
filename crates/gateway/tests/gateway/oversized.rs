//! Names, values and lists without end: they are cut, their sender is told, and what is small
//! on the way is not large in an answer.

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

/// What the sender is told of a request that was taken.
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
async fn thirty_names_of_a_mebibyte_make_a_list_of_kilobytes() {
    let gateway = TestGateway::start().await;
    for trace in 1..=30 {
        let long = "n".repeat(MIB);
        let spans = request(&format!("{trace}{long}"), vec![span(trace, 1, &long)]);
        let warning = warning(&gateway, spans).await;
        assert!(warning.contains("a name cut to 4 KiB"), "{warning}");
    }
    let list = gateway.get("/api/traces").await;
    assert!(list.body.len() < 100_000, "{} bytes", list.body.len());
    let traces = list.json()["traces"].as_array().unwrap().clone();
    assert_eq!(traces.len(), 30);
    assert!(traces[0]["name"].as_str().unwrap().ends_with("n…"));
    assert!(traces[0]["service"].as_str().unwrap().ends_with("n…"));
    // A part of the name that the list does not show.
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
async fn what_is_dropped_of_a_span_is_counted_in_the_span() {
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
        warning.contains("1 span: kept, with the first 1,024 attributes"),
        "{warning}"
    );
    let span = stored(&gateway, 1).await;
    assert_eq!(span["attributes"].as_array().unwrap().len(), 1_024);
    assert_eq!(span["droppedAttributesCount"], 1_000);
    assert_eq!(span["events"][1]["droppedAttributesCount"], 6);
    assert_eq!(summary(&gateway, 1).await["span_count"], 2);
}

#[tokio::test]
async fn span_at_every_limit_of_a_usual_sdk_is_stored_byte_for_byte() {
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
    // Nothing is said of it.
    gateway.export(request("shop", vec![full])).await;
    assert_eq!(gateway.status().await.repaired.len(), 0);
}
