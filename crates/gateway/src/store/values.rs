//! A sink's batch as values, for receivers that do not speak OTLP.

use std::sync::Arc;

use bytes::Bytes;
use opentelemetry_proto::tonic::{
    common::v1::InstrumentationScope, resource::v1::Resource as ProtoResource,
    trace::v1::Span as ProtoSpan,
};
use prost::Message;
use trace_model::{Resource, Scope, Span};

use super::convert;
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
        let resource = Arc::new(resource(resource_spans.resource.as_ref()));
        for scope_spans in &resource_spans.scope_spans {
            let scope = Arc::new(scope(scope_spans.scope.as_ref()));
            for body in &scope_spans.spans {
                match span(body, &resource, &scope) {
                    Some(span) => read.spans.push(span),
                    None => read.unreadable += 1,
                }
            }
        }
    }
    read
}

fn span(body: &Bytes, resource: &Arc<Resource>, scope: &Arc<Scope>) -> Option<Span> {
    let span = ProtoSpan::decode(body.clone()).ok()?;
    convert::span(span, resource, scope).ok()
}

/// A resource that cannot be read costs its attributes, not its spans.
fn resource(body: Option<&Bytes>) -> Resource {
    let resource = body.and_then(|body| ProtoResource::decode(body.clone()).ok());
    convert::resource(resource.unwrap_or_default())
}

fn scope(body: Option<&Bytes>) -> Scope {
    let scope = body.and_then(|body| InstrumentationScope::decode(body.clone()).ok());
    convert::scope(scope.unwrap_or_default())
}
