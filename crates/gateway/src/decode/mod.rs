//! Bytes in, spans and rejections out: total, pure, and the only place that judges a span.
//!
//! A body that is not OTLP at all is an error. Within OTLP each span stands alone: what
//! cannot be part of a trace is rejected with a [`Reason`] and counted; the rest goes on.

mod envelope;
mod json;
mod json_tokens;
mod limits;
mod misplaced;
mod protobuf;
mod reason;
mod repair;
mod schema;
#[cfg(test)]
mod schema_tests;
mod shape;
mod validate;
mod warnings;
mod wire_format;

use std::fmt;

use bytes::Bytes;
use trace_model::TraceId;

pub(crate) use self::{
    json_tokens::{Token, Tokens},
    limits::MAX_NAME_BYTES,
    reason::{Reason, Rejections},
    repair::text as repaired_text,
    validate::accept,
    warnings::{Repair, Warnings},
};

use self::wire_format::Damage;
use crate::wire::Origin;

/// The two encodings of OTLP/HTTP, and the one of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Protobuf,
    Json,
    /// A request, or one on each line, as the collector's file exporter writes them.
    JsonLines,
}

/// The acceptable part of a request, a count of the rest, and what its sender should know.
#[derive(Debug, Default)]
pub(crate) struct Decoded {
    pub(crate) batch: Batch,
    pub(crate) rejections: Rejections,
    pub(crate) warnings: Warnings,
}

impl Decoded {
    /// How many spans were accepted.
    pub(crate) fn spans(&self) -> usize {
        self.batch.iter().map(|(_, spans)| spans.len()).sum()
    }

    /// Nothing in the request looked like a span.
    fn is_empty(&self) -> bool {
        self.batch.is_empty() && self.rejections.total() == 0
    }
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

/// What a body looks like that is not what its headers say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Hint {
    #[default]
    None,
    Json,
    Gzip,
}

impl Hint {
    fn of(body: &[u8]) -> Self {
        let start = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
        match start.trim_ascii_start() {
            [b'{' | b'[', ..] => Self::Json,
            [0x1f, 0x8b, ..] => Self::Gzip,
            _ => Self::None,
        }
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "",
            Self::Json => "; it looks like JSON, whose Content-Type is application/json",
            Self::Gzip => "; it looks like gzip, which takes Content-Encoding: gzip",
        })
    }
}

impl From<Damage> for Malformed {
    fn from(damage: Damage) -> Self {
        Self::Protobuf(damage, Hint::None)
    }
}

/// Why a body is not OTLP.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("the body is not a protobuf ExportTraceServiceRequest: {0}{1}")]
    Protobuf(Damage, Hint),
    #[error("the body is not an OTLP JSON ExportTraceServiceRequest: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the body is UTF-16, and JSON is sent as UTF-8")]
    Utf16,
}

/// Reads an `ExportTraceServiceRequest`. An empty body carries no spans in any encoding.
///
/// `room` is asked before memory is taken: for how many bytes in all, the body's too.
pub(crate) fn decode<E: From<Malformed>>(
    encoding: Encoding,
    body: Bytes,
    mut room: impl FnMut(usize) -> Result<(), E>,
) -> Result<Decoded, E> {
    let mut held = body.len();
    let (protobuf, seen) = match encoding {
        Encoding::Protobuf => (body, json::Seen::default()),
        _ if body.is_empty() => (body, json::Seen::default()),
        Encoding::Json | Encoding::JsonLines => {
            held *= 2;
            room(held)?;
            let read = if encoding == Encoding::Json {
                json::to_protobuf(&body)
            } else {
                json::lines_to_protobuf(&body)
            };
            read?
        }
    };
    held = held.saturating_add(footprint(encoding, &protobuf)?);
    room(held)?;
    let mut decoded = protobuf::decode(&protobuf, |more| room(held.saturating_add(more)))?;
    seen.report(&mut decoded);
    Ok(decoded)
}

/// Looks at all of the body, so that it finds out first what is no protobuf.
fn footprint(encoding: Encoding, protobuf: &Bytes) -> Result<usize, Malformed> {
    protobuf::footprint(protobuf).map_err(|error| match error {
        Malformed::Protobuf(damage, _) if encoding == Encoding::Protobuf => {
            Malformed::Protobuf(damage, Hint::of(protobuf))
        }
        error => error,
    })
}
