//! Decodes requests into records and rejections: spans, or log records. Only this module validates
//! them.
//!
//! A body that is not OTLP is an error. Within a valid request, each invalid record is rejected on
//! its own with a [`Reason`], and the others are accepted.

mod envelope;
mod file;
mod json;
mod json_tokens;
mod log_record;
mod misplaced_records;
mod protobuf;
mod reason;
mod record;
mod record_limits;
mod schema;
mod shape;
mod signal;
mod utf8_repair;
mod validate;
mod warnings;
mod wire_format;

use std::fmt;

use bytes::Bytes;

pub(crate) use self::{
    file::{DecodedFile, FileFormat, Problem, decode_file},
    json_tokens::{Token, Tokens},
    log_record::ReceivedLog,
    reason::{Reason, Rejections},
    record::{ReceivedSpan, Record, Records},
    record_limits::MAX_NAME_BYTES,
    signal::Signal,
    utf8_repair::text as repaired_text,
    validate::accept,
    warnings::{Repair, Warnings},
};

use self::wire_format::WireError;
use crate::wire::Origin;

/// An encoding of OTLP/HTTP or of an imported file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Protobuf,
    Json,
    /// A request on each line, as written by the collector's file exporter, or one request.
    JsonLines,
}

/// The accepted records of a request, the rejected ones, and warnings for its sender.
#[derive(Debug)]
pub(crate) struct Decoded<R = ReceivedSpan> {
    pub(crate) batch: Batch<R>,
    pub(crate) rejections: Rejections,
    pub(crate) warnings: Warnings,
}

impl<R> Default for Decoded<R> {
    fn default() -> Self {
        Self {
            batch: Batch::new(),
            rejections: Rejections::default(),
            warnings: Warnings::default(),
        }
    }
}

impl<R> Decoded<R> {
    /// Returns the number of accepted records.
    pub(crate) fn records(&self) -> usize {
        self.batch.iter().map(|(_, records)| records.len()).sum()
    }

    /// Whether the request has no records, not even invalid ones.
    fn is_empty(&self) -> bool {
        self.batch.is_empty() && self.rejections.total() == 0
    }
}

/// Records by origin, in the order of the request.
pub(crate) type Batch<R = ReceivedSpan> = Vec<(Origin, Vec<R>)>;

/// The probable format of a body that does not match its headers.
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
            Self::Json => "; it looks like JSON: send Content-Type: application/json",
            Self::Gzip => "; it looks like gzip: send Content-Encoding: gzip",
        })
    }
}

impl From<WireError> for Malformed {
    fn from(error: WireError) -> Self {
        Self::Protobuf(error, Hint::None)
    }
}

/// Why a body is not OTLP.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("the body is not an OTLP request in protobuf: {0}{1}")]
    Protobuf(#[source] WireError, Hint),
    #[error("the body is not an OTLP request in JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the body is UTF-16: send JSON as UTF-8")]
    Utf16,
    #[error("the file is empty")]
    EmptyFile,
    #[error("the file is not JSON, or is cut off: {0}")]
    File(String),
    #[error(
        "the format of the file is not known: it is {0}. Import OTLP JSON, lines of the collector's file exporter, Jaeger JSON, or Zipkin v2 JSON"
    )]
    UnknownFile(String),
}

/// Decodes a request, such as an `ExportTraceServiceRequest`. An empty body has no records in any
/// encoding.
///
/// Calls `reserve` before it takes memory, with the total number of bytes, including the body.
pub(crate) fn decode<R: Record, E: From<Malformed>>(
    encoding: Encoding,
    body: Bytes,
    mut reserve: impl FnMut(usize) -> Result<(), E>,
) -> Result<Decoded<R>, E> {
    let mut total = body.len();
    let (protobuf, anomalies) = match encoding {
        Encoding::Protobuf => (body, json::Anomalies::default()),
        _ if body.is_empty() => (body, json::Anomalies::default()),
        Encoding::Json | Encoding::JsonLines => {
            total *= 2;
            reserve(total)?;
            let converted = if encoding == Encoding::Json {
                json::to_protobuf(R::SIGNAL, &body)
            } else {
                json::lines_to_protobuf(R::SIGNAL, &body)
            };
            converted?
        }
    };
    total = total.saturating_add(memory_cost(R::SIGNAL, encoding, &protobuf)?);
    reserve(total)?;
    let mut decoded = protobuf::decode(&protobuf, |more| reserve(total.saturating_add(more)))?;
    anomalies.report(R::SIGNAL, &mut decoded);
    Ok(decoded)
}

/// Returns the most memory that decoding takes. This is the first step to read the whole body,
/// so it reports a body of another format.
fn memory_cost(signal: Signal, encoding: Encoding, protobuf: &Bytes) -> Result<usize, Malformed> {
    protobuf::memory_cost(signal, protobuf).map_err(|error| match error {
        Malformed::Protobuf(error, _) if encoding == Encoding::Protobuf => {
            Malformed::Protobuf(error, Hint::of(protobuf))
        }
        error => error,
    })
}
