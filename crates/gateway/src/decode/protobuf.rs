//! Binary OTLP. Every span is decoded once to be judged; what is kept are its own bytes.

use bytes::Bytes;
use opentelemetry_proto::tonic::{
    common::v1::InstrumentationScope, resource::v1::Resource, trace::v1::Span,
};
use prost::{DecodeError, Message};

use super::{Decoded, Malformed, ReceivedSpan, Rejections, validate::accept};
use crate::wire::{self, Origin};

pub(super) fn decode(body: Bytes) -> Result<Decoded, Malformed> {
    let mut decoded = Decoded::default();
    for resource_spans in wire::Request::decode(body)?.resource_spans {
        let resource = checked::<Resource>(resource_spans.resource)?;
        for scope_spans in resource_spans.scope_spans {
            let origin = Origin {
                resource: resource.clone(),
                resource_schema_url: resource_spans.schema_url.clone(),
                scope: checked::<InstrumentationScope>(scope_spans.scope)?,
                scope_schema_url: scope_spans.schema_url,
            };
            let spans = spans(scope_spans.spans, &mut decoded.rejections)?;
            decoded.batch.push((origin, spans));
        }
    }
    Ok(decoded)
}

/// An embedded message that is one: damage is found before anything is stored.
fn checked<M: Message + Default>(message: Option<Bytes>) -> Result<Bytes, DecodeError> {
    let message = message.unwrap_or_default();
    M::decode(message.clone()).map(|_| message)
}

fn spans(bodies: Vec<Bytes>, rejections: &mut Rejections) -> Result<Vec<ReceivedSpan>, Malformed> {
    let mut accepted = Vec::with_capacity(bodies.len());
    for body in bodies {
        match accept(&Span::decode(body.clone())?, body) {
            Ok(span) => accepted.push(span),
            Err(reason) => rejections.count(reason),
        }
    }
    Ok(accepted)
}
