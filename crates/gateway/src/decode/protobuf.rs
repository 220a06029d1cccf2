//! Binary OTLP. Every span is looked at once to be judged; what is kept are its own bytes.

use bytes::Bytes;

use super::{
    Decoded, Malformed, ReceivedSpan,
    envelope::{Group, Shared, each_group, has_unknown_fields},
    limits::{self, Cuts},
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

/// A message as it came or within the limits, and what is to be repaired in it.
struct Checked {
    message: Bytes,
    texts: Texts,
    cuts: Cuts,
}

/// What the spans of a group share.
struct SharedParts {
    resource: Checked,
    scope: Checked,
    schema_urls: [Bytes; 2],
    /// Their readers could not read it as it is.
    is_invalid: bool,
    cuts: Cuts,
}

impl<E: From<Malformed>, F: FnMut(usize) -> Result<(), E>> Reader<F> {
    fn group(&mut self, group: &Group<'_>) -> Result<(), E> {
        let shared = self.shared(group)?;
        let mut spans = Vec::with_capacity(possible_spans(group)?);
        for span in group.spans() {
            let body = group.bytes(span.map_err(Malformed::from)?);
            match &shared {
                Ok(shared) => self.span(body, shared, &mut spans)?,
                Err(reason) => self.decoded.rejections.count(*reason),
            }
        }
        if let (Ok(shared), false) = (shared, spans.is_empty()) {
            let origin = self.origin(shared)?;
            self.decoded.batch.push((origin, spans));
        }
        Ok(())
    }

    fn span(
        &mut self,
        body: Bytes,
        shared: &SharedParts,
        spans: &mut Vec<ReceivedSpan>,
    ) -> Result<(), E> {
        let (checked, mut span) = match self.judged(body)? {
            Ok(judged) => judged,
            Err(reason) => {
                self.decoded.rejections.count(reason);
                return Ok(());
            }
        };
        if checked.texts.invalid_bytes > 0 {
            span.body = self.repaired(&schema::SPAN, &span.body, checked.texts)?;
        }
        let warnings = &mut self.decoded.warnings;
        if checked.texts.invalid_bytes > 0 || shared.is_invalid {
            warnings.repaired(Repair::InvalidUtf8);
        }
        let cuts = checked.cuts.and(shared.cuts);
        cuts.repairs().for_each(|cut| warnings.repaired(cut));
        spans.push(span);
        Ok(())
    }

    fn judged(&mut self, body: Bytes) -> Result<Result<(Checked, ReceivedSpan), Reason>, E> {
        let checked = match self.checked(&schema::SPAN, body)? {
            Ok(checked) => checked,
            Err(reason) => return Ok(Err(reason)),
        };
        match judge(checked.message.clone()) {
            Ok(span) => Ok(Ok((checked, span))),
            Err(unfit) => rejection(unfit).map(Err),
        }
    }

    /// The message within the limits, or why no span can be kept that has it.
    fn checked(
        &mut self,
        schema: &'static Schema,
        message: Bytes,
    ) -> Result<Result<Checked, Reason>, E> {
        let texts = match shape::check(schema, &message) {
            Ok(texts) => texts,
            Err(unfit) => return rejection(unfit).map(Err),
        };
        if !texts.is_over_limits {
            let cuts = Cuts::default();
            return Ok(Ok(Checked {
                message,
                texts,
                cuts,
            }));
        }
        // A cut message is a copy.
        self.repaired_bytes += message.len();
        (self.room)(self.repaired_bytes)?;
        let (message, cuts) = limits::cut(schema, &message).map_err(Malformed::from)?;
        match shape::check_cut(schema, &message) {
            Ok(texts) => Ok(Ok(Checked {
                message,
                texts,
                cuts,
            })),
            Err(unfit) => rejection(unfit).map(Err),
        }
    }

    /// What the spans of a group share, or why no span can be kept that has it.
    fn shared(&mut self, group: &Group<'_>) -> Result<Result<SharedParts, Reason>, E> {
        let (resource, scope) = (group.resource(), group.scope());
        let bytes = |part: Shared<'_>| group.bytes(part.message);
        let parts = (
            self.checked(&schema::RESOURCE, bytes(resource))?,
            self.checked(&schema::SCOPE, bytes(scope))?,
        );
        let (resource_part, scope_part) = match parts {
            (Ok(resource), Ok(scope)) => (resource, scope),
            (Err(reason), _) | (_, Err(reason)) => return Ok(Err(reason)),
        };
        let mut cuts = resource_part.cuts.and(scope_part.cuts);
        let schema_urls = [resource, scope].map(|part| {
            let url = part.schema_url;
            group.bytes(&url[..limits::schema_url(url, &mut cuts)])
        });
        let is_invalid = |url: &Bytes| std::str::from_utf8(url).is_err();
        Ok(Ok(SharedParts {
            is_invalid: resource_part.texts.invalid_bytes > 0
                || scope_part.texts.invalid_bytes > 0
                || schema_urls.iter().any(is_invalid),
            resource: resource_part,
            scope: scope_part,
            schema_urls,
            cuts,
        }))
    }

    fn origin(&mut self, shared: SharedParts) -> Result<Origin, E> {
        let SharedParts {
            resource,
            scope,
            schema_urls: [resource_schema_url, scope_schema_url],
            ..
        } = shared;
        Ok(Origin {
            resource: self.repaired(&schema::RESOURCE, &resource.message, resource.texts)?,
            resource_schema_url: repair::text(&resource_schema_url),
            scope: self.repaired(&schema::SCOPE, &scope.message, scope.texts)?,
            scope_schema_url: repair::text(&scope_schema_url),
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

/// Why a span is rejected, unless the whole request is.
fn rejection<E: From<Malformed>>(unfit: Unfit) -> Result<Reason, E> {
    match unfit {
        Unfit::Rejected(reason) => Ok(reason),
        Unfit::Damaged(damage) => Err(Malformed::from(damage).into()),
    }
}

fn possible_spans(group: &Group<'_>) -> Result<usize, Malformed> {
    let mut count = 0;
    for span in group.spans() {
        count += usize::from(span?.len() >= SPAN_BYTES);
    }
    Ok(count)
}
