//! Bytes in, spans and rejections out: total, pure, and the only place that judges a span.
//!
//! A body that is not OTLP at all is an error. Within OTLP each span stands alone: what
//! cannot be part of a trace is rejected with a [`Reason`] and counted; the rest goes on.

mod envelope;
mod json;
mod protobuf;
mod reason;
mod schema;
#[cfg(test)]
mod schema_tests;
mod shape;
mod validate;
mod wire_format;

use bytes::Bytes;
use trace_model::TraceId;

pub(crate) use self::{
    reason::{Reason, Rejections},
    validate::accept,
};

use self::wire_format::Damage;
use crate::wire::Origin;

/// The two encodings of OTLP/HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Protobuf,
    Json,
}

/// The acceptable part of a request, and a count of the rest.
#[derive(Debug, Default)]
pub(crate) struct Decoded {
    pub(crate) batch: Batch,
    pub(crate) rejections: Rejections,
}

/// Spans by where they came from, in the order of the request.
pub(crate) type Batch = Vec<(Origin, Vec<ReceivedSpan>)>;

/// One span: the two ids that name it, and its encoded `Span` message.
#[derive(Clone, Debug)]
pub(crate) struct ReceivedSpan {
    pub(crate) trace_id: TraceId,
    pub(crate) span_id: [u8; 8],
    pub(crate) body: Bytes,
    /// It takes the place of what was stored under its ids.
    pub(crate) revises: bool,
    /// It was imported to be looked at: no sink gets it.
    pub(crate) stays: bool,
}

/// Why a body is not OTLP.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("the body is not a protobuf ExportTraceServiceRequest: {0}")]
    Protobuf(#[from] Damage),
    #[error("the body is not an OTLP JSON ExportTraceServiceRequest: {0}")]
    Json(#[from] serde_json::Error),
}

/// Reads an `ExportTraceServiceRequest`. An empty body carries no spans in either encoding.
///
/// `room` is asked before memory is taken: for how many bytes in all, the body's too.
pub(crate) fn decode<E: From<Malformed>>(
    encoding: Encoding,
    body: Bytes,
    mut room: impl FnMut(usize) -> Result<(), E>,
) -> Result<Decoded, E> {
    let mut held = body.len();
    let protobuf = match encoding {
        Encoding::Json if body.is_empty() => body,
        Encoding::Json => {
            held *= 2;
            room(held)?;
            json::to_protobuf(&body).map_err(Malformed::from)?
        }
        Encoding::Protobuf => body,
    };
    let footprint = protobuf::footprint(&protobuf)?;
    room(held.saturating_add(footprint))?;
    Ok(protobuf::decode(&protobuf)?)
}
