//! Decodes binary OTLP. Each span is validated, and its encoded bytes are kept.

use bytes::Bytes;

use super::{
    Decoded, Malformed, ReceivedSpan,
    envelope::{Group, Shared, for_each_group, has_unknown_fields},
    reason::{Reason, SpanError},
    schema::{self, Schema},
    shape::{self, Texts},
    span_limits::{self, RepairSet},
    utf8_repair,
    validate::validate,
    warnings::Repair,
};
use crate::wire::Origin;

/// The size of a span's ids. A shorter message is rejected and takes no memory.
const MIN_SPAN_BYTES: usize = 28;

/// The memory of a span besides its encoded bytes, here and in the writer, which summarizes its
/// trace.
const SPAN_OVERHEAD_BYTES: usize = 512;

/// The same for a group that has a span.
const GROUP_OVERHEAD_BYTES: usize = 512;

/// Returns the most memory that decoding the request takes besides its own bytes. A resource is
/// stored with each of its scopes.
pub(super) fn memory_cost(request: &Bytes) -> Result<usize, Malformed> {
    let mut cost = 0_usize;
    for_each_group(request, |group| {
        let spans = candidate_spans(group)?;
        if spans > 0 {
            let shared = [group.resource(), group.scope()];
            let shared = shared.map(|part| part.message.len() + part.schema_url.len());
            let overhead = GROUP_OVERHEAD_BYTES + spans * SPAN_OVERHEAD_BYTES;
            cost = cost.saturating_add(shared[0] + shared[1] + overhead);
        }
        Ok::<_, Malformed>(())
    })?;
    Ok(cost)
}

/// Decodes a request. Calls `reserve` with the memory of repaired messages before using it.
pub(super) fn decode<E: From<Malformed>>(
    request: &Bytes,
    reserve: impl FnMut(usize) -> Result<(), E>,
) -> Result<Decoded, E> {
    let mut decoder = Decoder {
        decoded: Decoded::default(),
        repaired_bytes: 0,
        reserve,
    };
    for_each_group(request, |group| decoder.group(group))?;
    let is_other_message = decoder.decoded.is_empty() && has_unknown_fields(request)?;
    if is_other_message {
        decoder.decoded.warnings.note(NO_SPANS);
    }
    Ok(decoder.decoded)
}

/// The warning for a body without spans that has other fields.
const NO_SPANS: &str = "no spans: the body has fields, but not those of an ExportTraceServiceRequest; \
     a single ResourceSpans, other signals, and OTLP before 0.20 are not supported";

struct Decoder<F> {
    decoded: Decoded,
    /// The memory of messages that were encoded again.
    repaired_bytes: usize,
    reserve: F,
}

/// A message within the limits, and its remaining problems.
struct Checked {
    message: Bytes,
    texts: Texts,
    repairs: RepairSet,
}

/// The resource and the scope of a group.
struct GroupOrigin {
    resource: Checked,
    scope: Checked,
    schema_urls: [Bytes; 2],
    /// A text is not UTF-8.
    has_invalid_text: bool,
    repairs: RepairSet,
}

impl<E: From<Malformed>, F: FnMut(usize) -> Result<(), E>> Decoder<F> {
    fn group(&mut self, group: &Group<'_>) -> Result<(), E> {
        let origin = self.group_origin(group)?;
        let mut spans = Vec::with_capacity(candidate_spans(group)?);
        for span in group.spans() {
            let body = group.bytes(span.map_err(Malformed::from)?);
            match &origin {
                Ok(origin) => self.span(body, origin, &mut spans)?,
                Err(reason) => self.decoded.rejections.count(*reason),
            }
        }
        if let (Ok(origin), false) = (origin, spans.is_empty()) {
            let origin = self.origin(origin)?;
            self.decoded.batch.push((origin, spans));
        }
        Ok(())
    }

    fn span(
        &mut self,
        body: Bytes,
        origin: &GroupOrigin,
        spans: &mut Vec<ReceivedSpan>,
    ) -> Result<(), E> {
        let (checked, mut span) = match self.validated(body)? {
            Ok(validated) => validated,
            Err(reason) => {
                self.decoded.rejections.count(reason);
                return Ok(());
            }
        };
        let has_invalid_text = checked.texts.invalid_bytes > 0;
        if has_invalid_text {
            span.body = self.repair(&schema::SPAN, &span.body, checked.texts)?;
        }
        let warnings = &mut self.decoded.warnings;
        if has_invalid_text || origin.has_invalid_text {
            warnings.repaired(Repair::InvalidUtf8);
        }
        let repairs = checked.repairs.union(origin.repairs);
        repairs.iter().for_each(|repair| warnings.repaired(repair));
        spans.push(span);
        Ok(())
    }

    fn validated(&mut self, body: Bytes) -> Result<Result<(Checked, ReceivedSpan), Reason>, E> {
        let checked = match self.check(&schema::SPAN, body)? {
            Ok(checked) => checked,
            Err(reason) => return Ok(Err(reason)),
        };
        match validate(checked.message.clone()) {
            Ok(span) => Ok(Ok((checked, span))),
            Err(error) => rejection(error).map(Err),
        }
    }

    /// Returns the message within the limits, or the reason to reject all spans that have it.
    fn check(
        &mut self,
        schema: &'static Schema,
        message: Bytes,
    ) -> Result<Result<Checked, Reason>, E> {
        let texts = match shape::check(schema, &message) {
            Ok(texts) => texts,
            Err(error) => return rejection(error).map(Err),
        };
        if !texts.is_over_limits {
            let repairs = RepairSet::default();
            return Ok(Ok(Checked {
                message,
                texts,
                repairs,
            }));
        }
        // The truncated message is a copy.
        self.repaired_bytes += message.len();
        (self.reserve)(self.repaired_bytes)?;
        let (message, repairs) =
            span_limits::truncate(schema, &message).map_err(Malformed::from)?;
        match shape::check_truncated(schema, &message) {
            Ok(texts) => Ok(Ok(Checked {
                message,
                texts,
                repairs,
            })),
            Err(error) => rejection(error).map(Err),
        }
    }

    /// Returns the group's resource and scope, or the reason to reject all of its spans.
    fn group_origin(&mut self, group: &Group<'_>) -> Result<Result<GroupOrigin, Reason>, E> {
        let (resource, scope) = (group.resource(), group.scope());
        let bytes = |part: Shared<'_>| group.bytes(part.message);
        let parts = (
            self.check(&schema::RESOURCE, bytes(resource))?,
            self.check(&schema::SCOPE, bytes(scope))?,
        );
        let (checked_resource, checked_scope) = match parts {
            (Ok(resource), Ok(scope)) => (resource, scope),
            (Err(reason), _) | (_, Err(reason)) => return Ok(Err(reason)),
        };
        let mut repairs = checked_resource.repairs.union(checked_scope.repairs);
        let schema_urls = [resource, scope]
            .map(|part| group.bytes(span_limits::schema_url(part.schema_url, &mut repairs)));
        let is_invalid = |url: &Bytes| std::str::from_utf8(url).is_err();
        Ok(Ok(GroupOrigin {
            has_invalid_text: checked_resource.texts.invalid_bytes > 0
                || checked_scope.texts.invalid_bytes > 0
                || schema_urls.iter().any(is_invalid),
            resource: checked_resource,
            scope: checked_scope,
            schema_urls,
            repairs,
        }))
    }

    fn origin(&mut self, origin: GroupOrigin) -> Result<Origin, E> {
        let GroupOrigin {
            resource,
            scope,
            schema_urls: [resource_schema_url, scope_schema_url],
            ..
        } = origin;
        Ok(Origin {
            resource: self.repair(&schema::RESOURCE, &resource.message, resource.texts)?,
            resource_schema_url: utf8_repair::text(&resource_schema_url),
            scope: self.repair(&schema::SCOPE, &scope.message, scope.texts)?,
            scope_schema_url: utf8_repair::text(&scope_schema_url),
        })
    }

    fn repair(
        &mut self,
        schema: &'static Schema,
        message: &Bytes,
        texts: Texts,
    ) -> Result<Bytes, E> {
        if texts.invalid_bytes == 0 {
            return Ok(message.clone());
        }
        self.repaired_bytes += utf8_repair::memory_cost(message.len(), texts.invalid_bytes);
        (self.reserve)(self.repaired_bytes)?;
        let repaired = utf8_repair::message(schema, message, texts.invalid_bytes);
        Ok(repaired.map_err(Malformed::from)?)
    }
}

/// Returns the reason to reject a span, or the error that rejects the whole request.
fn rejection<E: From<Malformed>>(error: SpanError) -> Result<Reason, E> {
    match error {
        SpanError::Rejected(reason) => Ok(reason),
        SpanError::Malformed(error) => Err(Malformed::from(error).into()),
    }
}

/// Counts the messages that are long enough to be spans.
fn candidate_spans(group: &Group<'_>) -> Result<usize, Malformed> {
    let mut count = 0;
    for span in group.spans() {
        count += usize::from(span?.len() >= MIN_SPAN_BYTES);
    }
    Ok(count)
}
