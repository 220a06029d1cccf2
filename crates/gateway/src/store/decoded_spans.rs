//! Decodes a sink's batch, for receivers that do not speak OTLP.

use bytes::Bytes;
use trace_model::Span;

use super::{origins, spans};
use crate::wire::Request;

/// The decoded spans of a batch.
#[derive(Debug, Default)]
pub(crate) struct DecodedSpans {
    pub(crate) spans: Vec<Span>,
    /// The number of messages that are not spans.
    pub(crate) unreadable: u64,
}

pub(crate) fn decode_spans(request: &Request) -> DecodedSpans {
    let mut decoded = DecodedSpans::default();
    for resource_spans in &request.resource_spans {
        for scope_spans in &resource_spans.scope_spans {
            let message = |message: &Option<Bytes>| message.clone().unwrap_or_default();
            let resource = message(&resource_spans.resource);
            let shared = origins::decode(resource, message(&scope_spans.scope));
            for body in &scope_spans.spans {
                match spans::decode(body.clone(), &shared) {
                    Ok(span) => decoded.spans.push(span),
                    Err(_) => decoded.unreadable += 1,
                }
            }
        }
    }
    decoded
}
