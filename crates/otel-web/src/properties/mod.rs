//! What holds for every span, whatever is done to it: tested through the API, so that how a span is
//! kept and encoded may change.

mod sampling;
mod spans;

use opentelemetry_proto::tonic::trace::v1 as proto;
use prost::Message;

use crate::pipeline;

/// The spans that have ended on this thread, as a receiver would decode them.
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
