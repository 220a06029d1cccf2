//! A sink's batch as values, for receivers that do not speak OTLP.

use bytes::Bytes;
use trace_model::Span;

use super::{origins, spans};
use crate::wire::Request;

/// Spans, and how many were none.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) spans: Vec<Span>,
    pub(crate) unreadable: u64,
}

pub(crate) fn values(request: &Request) -> Read {
    let mut read = Read::default();
    for resource_spans in &request.resource_spans {
        for scope_spans in &resource_spans.scope_spans {
            let message = |message: &Option<Bytes>| message.clone().unwrap_or_default();
            let resource = message(&resource_spans.resource);
            let shared = origins::shared(resource, message(&scope_spans.scope));
            for body in &scope_spans.spans {
                match spans::value(body.clone(), &shared) {
                    Ok(span) => read.spans.push(span),
                    Err(_) => read.unreadable += 1,
                }
            }
        }
    }
    read
}
