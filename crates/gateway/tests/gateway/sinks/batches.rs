//! The size of batches.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use otel_web_gateway::{Honeycomb, Secret};
use prost::Message;

use super::done;
use crate::support::{FakeHoneycomb, KEY, TestGateway, request, span};

/// Small spans, each of a service whose resource has a hundred thousand bytes.
fn from_large_resources(count: u8) -> ExportTraceServiceRequest {
    let mut all = ExportTraceServiceRequest::default();
    for id in 1..=count {
        let service = format!("{id}{}", "x".repeat(100_000));
        let one = request(&service, vec![span(1, id, "a")]);
        all.resource_spans.extend(one.resource_spans);
    }
    all
}

#[tokio::test]
async fn batch_size_includes_resources_and_stays_below_the_limit() {
    let fake = FakeHoneycomb::start([]).await;
    let mut honeycomb = Honeycomb::new(Secret::new(KEY));
    fake.url.clone_into(&mut honeycomb.endpoint);
    let gateway = TestGateway::start_with(|config| config.honeycomb = Some(honeycomb)).await;
    gateway.export(from_large_resources(100)).await;
    assert_eq!(done(&gateway, "honeycomb").await.sent, 100);
    assert_eq!(fake.mistakes(), [0; 0]);
    let sizes: Vec<_> = fake.taken().iter().map(Message::encoded_len).collect();
    assert!(
        sizes.len() < 5,
        "batches are smaller than they need be: {sizes:?}"
    );
}
