//! Decodes a sink's batch or a trace, for receivers that do not speak OTLP.

use std::sync::Arc;

use bytes::Bytes;
use opentelemetry_proto::tonic::trace::v1::TracesData;
use trace_model::Span;

use super::{from_otlp, origins, spans};
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

/// Returns the spans of a trace, in the order of the store.
pub(crate) fn trace_spans(data: TracesData) -> Vec<Span> {
    let mut all = Vec::new();
    for resource_spans in data.resource_spans {
        let resource = resource_spans.resource.unwrap_or_default();
        let resource = Arc::new(from_otlp::resource(resource));
        for scope_spans in resource_spans.scope_spans {
            let scope = Arc::new(from_otlp::scope(scope_spans.scope.unwrap_or_default()));
            let spans = scope_spans.spans.into_iter();
            // The store has no span with invalid ids.
            all.extend(spans.filter_map(|span| from_otlp::span(span, &resource, &scope).ok()));
        }
    }
    all
}
