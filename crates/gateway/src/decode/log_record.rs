//! A log record, as received. Unlike a span, it needs no ids and no time.
//!
//! A record whose trace id is absent, invalid or all zero belongs to no trace, as the specification
//! says. Its time is the time at which it was observed if it has no other.

use bytes::Bytes;
use prost::Message;
use trace_model::{LogSeverity, TraceId};

use super::{
    Batch, Record, Records, Signal,
    reason::{Reason, SpanError},
};

/// The numbers of the ids in a `LogRecord`.
const TRACE_ID: u32 = 9;
const SPAN_ID: u32 = 10;

const TRACE_ID_BYTES: usize = 16;
const SPAN_ID_BYTES: usize = 8;

/// The fields of a `LogRecord` that are validated or stored in columns. Other fields are skipped.
#[derive(Clone, PartialEq, Message)]
struct LogHeader {
    #[prost(fixed64, tag = "1")]
    time_unix_nano: u64,
    #[prost(int32, tag = "2")]
    severity_number: i32,
    /// This may not be UTF-8 yet.
    #[prost(bytes = "bytes", tag = "3")]
    severity_text: Bytes,
    #[prost(bytes = "bytes", tag = "9")]
    trace_id: Bytes,
    #[prost(bytes = "bytes", tag = "10")]
    span_id: Bytes,
    #[prost(fixed64, tag = "11")]
    observed_time_unix_nano: u64,
}

/// A log record's columns and its encoded `LogRecord` message.
#[derive(Clone, Debug)]
pub(crate) struct ReceivedLog {
    /// The trace that the record belongs to, if any.
    pub(crate) trace_id: Option<TraceId>,
    /// When the event occurred or was observed, in nanoseconds since 1970. Zero if the record does
    /// not say.
    pub(crate) time: i64,
    /// The severity's number, also if the record has only its name. Zero if it has neither.
    pub(crate) severity: u8,
    pub(crate) body: Bytes,
    /// The record was imported, so no sink gets it.
    pub(crate) local_only: bool,
}

impl Record for ReceivedLog {
    const SIGNAL: Signal = Signal::Logs;

    fn invalid_fields(message: &Bytes) -> &'static [u32] {
        let header = header(message);
        let is_trace_valid = matches!(header.trace_id.len(), 0 | TRACE_ID_BYTES);
        let is_span_valid = matches!(header.span_id.len(), 0 | SPAN_ID_BYTES);
        match (is_trace_valid, is_span_valid) {
            (true, true) => &[],
            (false, true) => &[TRACE_ID],
            (true, false) => &[SPAN_ID],
            (false, false) => &[TRACE_ID, SPAN_ID],
        }
    }

    fn validate(message: Bytes) -> Result<Self, SpanError> {
        let header = header(&message);
        let latest = header.time_unix_nano.max(header.observed_time_unix_nano);
        i64::try_from(latest).map_err(|_| Reason::Time)?;
        let time = match header.time_unix_nano {
            0 => header.observed_time_unix_nano,
            time => time,
        };
        let severity_text = String::from_utf8_lossy(&header.severity_text);
        Ok(Self {
            trace_id: TraceId::try_from(&*header.trace_id).ok(),
            time: time.cast_signed(),
            severity: LogSeverity::number(header.severity_number, &severity_text),
            body: message,
            local_only: false,
        })
    }

    fn set_body(&mut self, body: Bytes) {
        self.body = body;
    }

    #[cfg(any(test, feature = "fuzzing"))]
    fn into_body(self) -> Bytes {
        self.body
    }

    fn mark_imported(&mut self) {
        self.local_only = true;
    }

    fn records(batch: Batch<Self>) -> Records {
        Records::Logs(batch)
    }
}

/// Reads the header, which does not fail after the check of the shape.
fn header(message: &Bytes) -> LogHeader {
    LogHeader::decode(message.clone()).unwrap_or_default()
}
