//! Binary OTLP. Every span is looked at once to be judged; what is kept are its own bytes.

use bytes::Bytes;

use super::{
    Decoded, Malformed, ReceivedSpan, Rejections,
    envelope::{Group, each_group},
    reason::{Reason, Unfit},
    schema, shape,
    validate::accept,
};
use crate::wire::Origin;

/// Of a span that has its ids. What is shorter is rejected and takes no memory.
const SPAN_BYTES: usize = 28;

/// What a span takes besides its own bytes: here, and in the writer, which sums up its trace.
const HELD_BY_SPAN: usize = 512;

/// The same of a group that has a span.
const HELD_BY_GROUP: usize = 512;

/// How many bytes of memory the request takes besides its own. What several spans share is
/// stored with each of their scopes.
pub(super) fn footprint(body: &Bytes) -> Result<usize, Malformed> {
    let mut bytes = 0_usize;
    each_group(body, |group| {
        let spans = possible_spans(group)?;
        if spans > 0 {
            let shared = [group.resource(), group.scope()];
            let shared = shared.map(|part| part.message.len() + part.schema_url.len());
            let held = shared[0] + shared[1] + HELD_BY_GROUP + spans * HELD_BY_SPAN;
            bytes = bytes.saturating_add(held);
        }
        Ok::<_, Malformed>(())
    })?;
    Ok(bytes)
}

pub(super) fn decode(body: &Bytes) -> Result<Decoded, Malformed> {
    let mut decoded = Decoded::default();
    each_group(body, |group| {
        let spans = spans(group, &mut decoded.rejections)?;
        if !spans.is_empty() {
            decoded.batch.push((origin(group), spans));
        }
        Ok::<_, Malformed>(())
    })?;
    Ok(decoded)
}

fn origin(group: &Group<'_>) -> Origin {
    let (resource, scope) = (group.resource(), group.scope());
    Origin {
        resource: group.bytes(resource.message),
        resource_schema_url: resource.schema_url.to_owned(),
        scope: group.bytes(scope.message),
        scope_schema_url: scope.schema_url.to_owned(),
    }
}

fn spans(group: &Group<'_>, rejections: &mut Rejections) -> Result<Vec<ReceivedSpan>, Malformed> {
    let shared = shared_reason(group)?;
    let mut accepted = Vec::with_capacity(possible_spans(group)?);
    for span in group.spans() {
        let span = group.bytes(span?);
        match shared.map_or_else(|| accept(span), |reason| Err(reason.into())) {
            Ok(span) => accepted.push(span),
            Err(Unfit::Rejected(reason)) => rejections.count(reason),
            Err(Unfit::Damaged(damage)) => return Err(damage.into()),
        }
    }
    Ok(accepted)
}

/// Why no span can be kept that has this resource and this scope.
fn shared_reason(group: &Group<'_>) -> Result<Option<Reason>, Malformed> {
    let checks = [
        shape::check(&schema::RESOURCE, group.resource().message),
        shape::check(&schema::SCOPE, group.scope().message),
    ];
    for check in checks {
        match check {
            Ok(()) => {}
            Err(Unfit::Rejected(reason)) => return Ok(Some(reason)),
            Err(Unfit::Damaged(damage)) => return Err(damage.into()),
        }
    }
    Ok(None)
}

fn possible_spans(group: &Group<'_>) -> Result<usize, Malformed> {
    let mut count = 0;
    for span in group.spans() {
        count += usize::from(span?.len() >= SPAN_BYTES);
    }
    Ok(count)
}
