//! Binary OTLP. Every span is looked at once to be judged; what is kept are its own bytes.

use bytes::Bytes;

use super::{
    Decoded, Malformed, ReceivedSpan,
    envelope::{Group, Shared, each_group, has_unknown_fields},
    reason::{Reason, Unfit},
    repair,
    schema::{self, Schema},
    shape::{self, Texts},
    validate::judge,
    warnings::Repair,
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

/// `room` is asked for as many more bytes as repaired texts take.
pub(super) fn decode<E: From<Malformed>>(
    body: &Bytes,
    room: impl FnMut(usize) -> Result<(), E>,
) -> Result<Decoded, E> {
    let mut reader = Reader {
        decoded: Decoded::default(),
        repaired_bytes: 0,
        room,
    };
    each_group(body, |group| reader.group(group))?;
    let is_misplaced = reader.decoded.is_empty() && has_unknown_fields(body)?;
    if is_misplaced {
        reader.decoded.warnings.note(NO_SPANS);
    }
    Ok(reader.decoded)
}

/// A body that has no spans, and something else instead.
const NO_SPANS: &str = "no spans: the body has fields, but not those of an ExportTraceServiceRequest; \
     a ResourceSpans on its own, other signals, and OTLP before 0.20 are not read";

struct Reader<F> {
    decoded: Decoded,
    /// Memory of what had to be encoded anew.
    repaired_bytes: usize,
    room: F,
}

/// What the spans of a group share, as far as their texts are concerned.
struct SharedTexts {
    resource: Texts,
    scope: Texts,
    /// Their readers could not read it as it is.
    is_invalid: bool,
}

impl<E: From<Malformed>, F: FnMut(usize) -> Result<(), E>> Reader<F> {
    fn group(&mut self, group: &Group<'_>) -> Result<(), E> {
        let shared = shared_texts(group)?;
        let mut spans = Vec::with_capacity(possible_spans(group)?);
        for span in group.spans() {
            let body = group.bytes(span.map_err(Malformed::from)?);
            self.span(body, &shared, &mut spans)?;
        }
        if let (Ok(shared), false) = (shared, spans.is_empty()) {
            let origin = self.origin(group, &shared)?;
            self.decoded.batch.push((origin, spans));
        }
        Ok(())
    }

    fn span(
        &mut self,
        body: Bytes,
        shared: &Result<SharedTexts, Reason>,
        spans: &mut Vec<ReceivedSpan>,
    ) -> Result<(), E> {
        let judged = match shared {
            Ok(_) => judge(body),
            Err(reason) => Err((*reason).into()),
        };
        match judged {
            Ok((mut span, texts)) => {
                if texts.invalid_bytes > 0 {
                    span.body = self.repaired(&schema::SPAN, &span.body, texts)?;
                }
                let is_shared = shared.as_ref().is_ok_and(|shared| shared.is_invalid);
                if texts.invalid_bytes > 0 || is_shared {
                    self.decoded.warnings.repaired(Repair::InvalidUtf8);
                }
                spans.push(span);
            }
            Err(Unfit::Rejected(reason)) => self.decoded.rejections.count(reason),
            Err(Unfit::Damaged(damage)) => return Err(Malformed::from(damage).into()),
        }
        Ok(())
    }

    fn origin(&mut self, group: &Group<'_>, texts: &SharedTexts) -> Result<Origin, E> {
        let (resource, scope) = (group.resource(), group.scope());
        let shared = |part: Shared<'_>| group.bytes(part.message);
        let (mut resource_message, mut scope_message) = (shared(resource), shared(scope));
        if texts.is_invalid {
            resource_message =
                self.repaired(&schema::RESOURCE, &resource_message, texts.resource)?;
            scope_message = self.repaired(&schema::SCOPE, &scope_message, texts.scope)?;
        }
        Ok(Origin {
            resource: resource_message,
            resource_schema_url: repair::text(resource.schema_url),
            scope: scope_message,
            scope_schema_url: repair::text(scope.schema_url),
        })
    }

    fn repaired(
        &mut self,
        schema: &'static Schema,
        message: &Bytes,
        texts: Texts,
    ) -> Result<Bytes, E> {
        if texts.invalid_bytes == 0 {
            return Ok(message.clone());
        }
        self.repaired_bytes += repair::memory_cost(message.len(), texts.invalid_bytes);
        (self.room)(self.repaired_bytes)?;
        let repaired = repair::message(schema, message, texts.invalid_bytes);
        Ok(repaired.map_err(Malformed::from)?)
    }
}

/// The texts of what the spans of a group share, or why no span can be kept that has it.
fn shared_texts(group: &Group<'_>) -> Result<Result<SharedTexts, Reason>, Malformed> {
    let (resource, scope) = (group.resource(), group.scope());
    let check = |schema, message| match shape::check(schema, message) {
        Ok(texts) => Ok(Ok(texts)),
        Err(Unfit::Rejected(reason)) => Ok(Err(reason)),
        Err(Unfit::Damaged(damage)) => Err(Malformed::from(damage)),
    };
    let texts = (
        check(&schema::RESOURCE, resource.message)?,
        check(&schema::SCOPE, scope.message)?,
    );
    let (resource_texts, scope_texts) = match texts {
        (Ok(resource), Ok(scope)) => (resource, scope),
        (Err(reason), _) | (_, Err(reason)) => return Ok(Err(reason)),
    };
    let is_url_invalid = |shared: Shared<'_>| std::str::from_utf8(shared.schema_url).is_err();
    Ok(Ok(SharedTexts {
        resource: resource_texts,
        scope: scope_texts,
        is_invalid: resource_texts.invalid_bytes > 0
            || scope_texts.invalid_bytes > 0
            || is_url_invalid(resource)
            || is_url_invalid(scope),
    }))
}

fn possible_spans(group: &Group<'_>) -> Result<usize, Malformed> {
    let mut count = 0;
    for span in group.spans() {
        count += usize::from(span?.len() >= SPAN_BYTES);
    }
    Ok(count)
}
