//! Properties of all spans, tested through the public API and independent of how spans are stored and
//! encoded.

mod sampling;
mod spans;

use opentelemetry_proto::tonic::trace::v1 as proto;
use prost::Message;

use crate::trace::pipeline;

/// Removes and decodes the spans that have ended on this thread.
fn take_ended() -> Vec<proto::Span> {
    let spans = pipeline::with(|pipeline| {
        pipeline.flush_deferred();
        pipeline.queue.take_all()
    });
    let decode = |bytes: &[u8]| proto::Span::decode(bytes).unwrap();
    spans
        .unwrap()
        .iter()
        .map(|span| decode(&span.bytes))
        .collect()
}
