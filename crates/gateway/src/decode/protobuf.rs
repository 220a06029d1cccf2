//! Decodes binary OTLP. Each record is validated, and its encoded bytes are kept.

use bytes::Bytes;

use super::{
    Decoded, Malformed, Record, Signal,
    envelope::{Group, Shared, for_each_group, has_unknown_fields},
    reason::{Reason, SpanError},
    record_limits::{self, RepairSet},
    schema::{self, Schema},
    shape::{self, Texts},
    utf8_repair,
    warnings::Repair,
};
use crate::wire::Origin;

/// The memory of a record besides its encoded bytes, here and in the writer, which summarizes the
/// trace of a span.
const RECORD_OVERHEAD_BYTES: usize = 512;

/// The same for a group that has a record.
const GROUP_OVERHEAD_BYTES: usize = 512;

/// Returns the most memory that decoding the request takes besides its own bytes. A resource is
/// stored with each of its scopes.
pub(super) fn memory_cost(signal: Signal, request: &Bytes) -> Result<usize, Malformed> {
    let mut cost = 0_usize;
    for_each_group(request, |group| {
        let records = candidates(signal, group)?;
        if records > 0 {
            let shared = [group.resource(), group.scope()];
            let shared = shared.map(|part| part.message.len() + part.schema_url.len());
            let overhead = GROUP_OVERHEAD_BYTES + records * RECORD_OVERHEAD_BYTES;
            cost = cost.saturating_add(shared[0] + shared[1] + overhead);
        }
        Ok::<_, Malformed>(())
    })?;
    Ok(cost)
}

/// Decodes a request. Calls `reserve` with the memory of repaired messages before using it.
pub(super) fn decode<R: Record, E: From<Malformed>>(
    request: &Bytes,
    reserve: impl FnMut(usize) -> Result<(), E>,
) -> Result<Decoded<R>, E> {
    let mut decoder = Decoder {
        decoded: Decoded::<R>::default(),
        repaired_bytes: 0,
        reserve,
    };
    for_each_group(request, |group| decoder.group(group))?;
    let is_other_message = decoder.decoded.is_empty() && has_unknown_fields(request)?;
    if is_other_message {
        decoder.decoded.warnings.note(no_records(R::SIGNAL));
    }
    Ok(decoder.decoded)
}

/// Returns the warning for a body without records that has other fields.
fn no_records(signal: Signal) -> String {
    let (records, request) = (signal.records(), signal.request_name());
    let group = signal.group_name();
    format!(
        "no {records}: the body has fields, but not those of an {request}; \
         a single {group}, other signals, and OTLP before 0.20 are not supported"
    )
}

struct Decoder<R, F> {
    decoded: Decoded<R>,
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

impl<R: Record, E: From<Malformed>, F: FnMut(usize) -> Result<(), E>> Decoder<R, F> {
    fn group(&mut self, group: &Group<'_>) -> Result<(), E> {
        let origin = self.group_origin(group)?;
        let mut records = Vec::with_capacity(candidates(R::SIGNAL, group)?);
        for record in group.records() {
            let body = group.bytes(record.map_err(Malformed::from)?);
            match &origin {
                Ok(origin) => self.record(body, origin, &mut records)?,
                Err(reason) => self.decoded.rejections.count(*reason),
            }
        }
        if let (Ok(origin), false) = (origin, records.is_empty()) {
            let origin = self.origin(origin)?;
            self.decoded.batch.push((origin, records));
        }
        Ok(())
    }

    fn record(&mut self, body: Bytes, origin: &GroupOrigin, records: &mut Vec<R>) -> Result<(), E> {
        let (checked, mut record) = match self.validated(body)? {
            Ok(validated) => validated,
            Err(reason) => {
                self.decoded.rejections.count(reason);
                return Ok(());
            }
        };
        let has_invalid_text = checked.texts.invalid_bytes > 0;
        if has_invalid_text {
            let schema = R::SIGNAL.record_schema();
            record.set_body(self.repair(schema, &checked.message, checked.texts)?);
        }
        let warnings = &mut self.decoded.warnings;
        if has_invalid_text || origin.has_invalid_text {
            warnings.repaired(Repair::InvalidUtf8);
        }
        let repairs = checked.repairs.union(origin.repairs);
        repairs.iter().for_each(|repair| warnings.repaired(repair));
        records.push(record);
        Ok(())
    }

    fn validated(&mut self, body: Bytes) -> Result<Result<(Checked, R), Reason>, E> {
        let mut checked = match self.check(R::SIGNAL.record_schema(), body)? {
            Ok(checked) => checked,
            Err(reason) => return Ok(Err(reason)),
        };
        self.remove_invalid_fields(&mut checked)?;
        match R::validate(checked.message.clone()) {
            Ok(record) => Ok(Ok((checked, record))),
            Err(error) => rejection(error).map(Err),
        }
    }

    fn remove_invalid_fields(&mut self, checked: &mut Checked) -> Result<(), E> {
        let numbers = R::invalid_fields(&checked.message);
        if numbers.is_empty() {
            return Ok(());
        }
        self.repaired_bytes += checked.message.len();
        (self.reserve)(self.repaired_bytes)?;
        let message = record_limits::without_fields(&checked.message, numbers);
        checked.message = message.map_err(Malformed::from)?;
        checked.repairs.insert(Repair::InvalidId);
        Ok(())
    }

    /// Returns the message within the limits, or the reason to reject all records that have it.
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
            record_limits::truncate(schema, &message).map_err(Malformed::from)?;
        match shape::check_truncated(schema, &message) {
            Ok(texts) => Ok(Ok(Checked {
                message,
                texts,
                repairs,
            })),
            Err(error) => rejection(error).map(Err),
        }
    }

    /// Returns the group's resource and scope, or the reason to reject all of its records.
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
            .map(|part| group.bytes(record_limits::schema_url(part.schema_url, &mut repairs)));
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

/// Returns the reason to reject a record, or the error that rejects the whole request.
fn rejection<E: From<Malformed>>(error: SpanError) -> Result<Reason, E> {
    match error {
        SpanError::Rejected(reason) => Ok(reason),
        SpanError::Malformed(error) => Err(Malformed::from(error).into()),
    }
}

/// Counts the messages that are long enough to be records.
fn candidates(signal: Signal, group: &Group<'_>) -> Result<usize, Malformed> {
    let mut count = 0;
    for record in group.records() {
        count += usize::from(record?.len() >= signal.min_record_bytes());
    }
    Ok(count)
}
