//! Iterates over the groups of records in a request without decoding or storing the messages
//! around them, however many there are.

use bytes::Bytes;

use super::{
    Malformed,
    wire_format::{Fields, Raw, WireError, WireType},
};

/// The field numbers of `ResourceSpans` and `ScopeSpans`: the resource or scope, the messages
/// within, and the schema URL. `resource_spans` of a request has the first number, too. The messages
/// of logs have the same numbers.
const SHARED: u32 = 1;
const CHILDREN: u32 = 2;
const SCHEMA_URL: u32 = 3;

/// A `ScopeSpans` or `ScopeLogs`, and the resource of the message around it.
pub(super) struct Group<'a> {
    request: &'a Bytes,
    resource: Shared<'a>,
    scope: Shared<'a>,
    scope_group: &'a [u8],
}

/// A resource or a scope, and the URL of its schema.
#[derive(Clone, Copy, Default)]
pub(super) struct Shared<'a> {
    pub(super) message: &'a [u8],
    /// This may not be UTF-8.
    pub(super) schema_url: &'a [u8],
}

/// Calls `visit` with each group of the request.
pub(super) fn for_each_group<E: From<Malformed>>(
    request: &Bytes,
    mut visit: impl FnMut(&Group<'_>) -> Result<(), E>,
) -> Result<(), E> {
    for resource_group in delimited(request, SHARED) {
        let resource_group = resource_group.map_err(Malformed::from)?;
        let resource = shared(resource_group).map_err(Malformed::from)?;
        for scope_group in delimited(resource_group, CHILDREN) {
            let scope_group = scope_group.map_err(Malformed::from)?;
            let scope = shared(scope_group).map_err(Malformed::from)?;
            visit(&Group {
                request,
                resource,
                scope,
                scope_group,
            })?;
        }
    }
    Ok(())
}

/// Whether the messages around records have unknown fields. The body is then another message, or
/// of an older version.
pub(super) fn has_unknown_fields(request: &[u8]) -> Result<bool, Malformed> {
    let is_unknown = |message, known: &[u32]| {
        Fields(message)
            .filter_map(Result::ok)
            .any(|field| !known.contains(&field.number))
    };
    let envelope = [SHARED, CHILDREN, SCHEMA_URL];
    if is_unknown(request, &[SHARED]) {
        return Ok(true);
    }
    for resource_group in delimited(request, SHARED) {
        if is_unknown(resource_group?, &envelope) {
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

    pub(super) fn records(&self) -> impl Iterator<Item = Result<&'a [u8], WireError>> + use<'a> {
        delimited(self.scope_group, CHILDREN)
    }

    /// Returns a part of the request without copying it.
    pub(super) fn bytes(&self, part: &[u8]) -> Bytes {
        self.request.slice_ref(part)
    }
}

/// Returns the resource or scope. As in protobuf, the last field of a number counts.
fn shared(envelope: &[u8]) -> Result<Shared<'_>, WireError> {
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

/// Returns the contents of the delimited fields with this number.
fn delimited(message: &[u8], number: u32) -> impl Iterator<Item = Result<&[u8], WireError>> {
    Fields(message).filter_map(move |field| match field {
        Ok(field) => {
            let is_match = field.number == number && field.wire_type == WireType::Delimited;
            is_match.then_some(Ok(field.content))
        }
        Err(error) => Some(Err(error)),
    })
}
