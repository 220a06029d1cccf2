//! A request as the groups of spans in it, still encoded: no envelope is kept, however many
//! there are and however little is in them.

use bytes::Bytes;

use super::{
    Malformed,
    wire_format::{Damage, Fields, Raw, WireType},
};

/// The numbers of both envelopes' fields: what all within share, its parts, its schema.
const SHARED: u32 = 1;
const PARTS: u32 = 2;
const SCHEMA_URL: u32 = 3;

/// A `ScopeSpans` with what its `ResourceSpans` says.
pub(super) struct Group<'a> {
    body: &'a Bytes,
    resource: Shared<'a>,
    scope: Shared<'a>,
    parts: &'a [u8],
}

/// A resource or a scope, and the URL of its schema.
#[derive(Clone, Copy, Default)]
pub(super) struct Shared<'a> {
    pub(super) message: &'a [u8],
    /// As it came: it may not be UTF-8.
    pub(super) schema_url: &'a [u8],
}

/// Calls `take` with each group of the request.
pub(super) fn each_group<E: From<Malformed>>(
    body: &Bytes,
    mut take: impl FnMut(&Group<'_>) -> Result<(), E>,
) -> Result<(), E> {
    for resource_spans in delimited(body, SHARED) {
        let resource_spans = resource_spans.map_err(Malformed::from)?;
        let resource = shared(resource_spans).map_err(Malformed::from)?;
        for scope_spans in delimited(resource_spans, PARTS) {
            let parts = scope_spans.map_err(Malformed::from)?;
            let scope = shared(parts).map_err(Malformed::from)?;
            take(&Group {
                body,
                resource,
                scope,
                parts,
            })?;
        }
    }
    Ok(())
}

/// Whether the messages around spans have fields that this build does not know: it is another
/// message, or an older one.
pub(super) fn has_unknown_fields(body: &[u8]) -> Result<bool, Malformed> {
    let is_unknown = |message, known: &[u32]| {
        Fields(message)
            .filter_map(Result::ok)
            .any(|field| !known.contains(&field.number))
    };
    let envelope = [SHARED, PARTS, SCHEMA_URL];
    if is_unknown(body, &[SHARED]) {
        return Ok(true);
    }
    for resource_spans in delimited(body, SHARED) {
        if is_unknown(resource_spans?, &envelope) {
            return Ok(true);
        }
    }
    Ok(false)
}

impl<'a> Group<'a> {
    pub(super) const fn resource(&self) -> Shared<'a> {
        self.resource
    }

    pub(super) const fn scope(&self) -> Shared<'a> {
        self.scope
    }

    pub(super) fn spans(&self) -> impl Iterator<Item = Result<&'a [u8], Damage>> + use<'a> {
        delimited(self.parts, PARTS)
    }

    /// A part of the request that shares its memory.
    pub(super) fn bytes(&self, part: &[u8]) -> Bytes {
        self.body.slice_ref(part)
    }
}

/// As in protobuf, the last one counts.
fn shared(envelope: &[u8]) -> Result<Shared<'_>, Damage> {
    let mut shared = Shared::default();
    for field in Fields(envelope) {
        match field? {
            Raw {
                number: SHARED,
                wire_type: WireType::Delimited,
                content,
            } => shared.message = content,
            Raw {
                number: SCHEMA_URL,
                wire_type: WireType::Delimited,
                content,
            } => shared.schema_url = content,
            _ => {}
        }
    }
    Ok(shared)
}

/// The contents of the fields with this number.
fn delimited(message: &[u8], number: u32) -> impl Iterator<Item = Result<&[u8], Damage>> {
    Fields(message).filter_map(move |field| match field {
        Ok(field) => {
            let is_part = field.number == number && field.wire_type == WireType::Delimited;
            is_part.then_some(Ok(field.content))
        }
        Err(damage) => Some(Err(damage)),
    })
}
