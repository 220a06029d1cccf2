//! The reasons for which spans and log records are rejected, and their counts.

use std::{borrow::Cow, collections::BTreeMap};

use super::{Signal, wire_format::WireError};

/// Why a span or a log record was rejected. The name is its key in the gateway's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    /// The trace id does not have 16 bytes, or is all zero.
    TraceId,
    /// The span id does not have 8 bytes, or is all zero.
    SpanId,
    /// The parent's span id is neither empty nor 8 bytes.
    ParentSpanId,
    /// A link has a trace id or span id of the wrong length. Receivers reject whole batches
    /// because of such a link.
    Link,
    /// A time is later than the year 2262, the limit of signed nanoseconds.
    Time,
    /// Lists and maps are nested more deeply than readers can handle.
    TooDeep,
    /// The record has more attributes, values, events and links than readers can handle.
    TooManyParts,
    /// The record is not at the path where OTLP JSON has records.
    Misplaced,
    /// A line of an imported file is not a request.
    Line,
    /// An element of an imported file is not a span.
    Element,
    /// A datagram is not an X-Ray segment document.
    Segment,
    /// Too many other spans of the trace have the same id.
    IdReused,
    /// The trace has reached its size limit.
    TraceFull,
}

impl Reason {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::TraceId => "invalid_trace_id",
            Self::SpanId => "invalid_span_id",
            Self::ParentSpanId => "invalid_parent_span_id",
            Self::Link => "invalid_link",
            Self::Time => "invalid_time",
            Self::TooDeep => "too_deep",
            Self::TooManyParts => "too_many_parts",
            Self::Misplaced => "misplaced",
            Self::Line => "invalid_line",
            Self::Element => "invalid_element",
            Self::Segment => "invalid_segment",
            Self::IdReused => "id_reused",
            Self::TraceFull => "trace_full",
        }
    }

    fn advice(self, signal: Signal) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::TraceId => "trace_id must be 16 bytes and not all zero",
            Self::SpanId => "span_id must be 8 bytes and not all zero",
            Self::ParentSpanId => "parent_span_id must be empty or 8 bytes",
            Self::Link => {
                "a link's trace_id must be empty or 16 bytes, and its span_id empty or 8 bytes"
            }
            Self::Time => "times must be nanoseconds since 1970 that fit 63 bits",
            Self::TooDeep => "a value may have 16 levels of nested lists and maps",
            Self::TooManyParts => {
                let record = signal.record();
                return Cow::Owned(format!(
                    "a {record}, a resource and a scope may each have 100,000 attributes, values, events and links"
                ));
            }
            Self::Misplaced => {
                let (records, path) = (signal.records(), signal.json_path());
                return Cow::Owned(format!("{records} are read only from \"{path}\""));
            }
            Self::Line => {
                let request = signal.request_name();
                return Cow::Owned(format!("each line must be an OTLP JSON {request}"));
            }
            Self::Element => "each element of an imported file must be a span",
            Self::Segment => "a datagram must be an X-Ray segment document",
            Self::IdReused => {
                "16 other spans of the trace have the same span_id: generate random ids"
            }
            Self::TraceFull => {
                "the trace has reached the limit of OTEL_WEB_GATEWAY_TRACE_SPANS or OTEL_WEB_GATEWAY_TRACE_MB"
            }
        })
    }
}

/// The number of rejected records of a request, by reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rejections(BTreeMap<Reason, u64>);

impl Rejections {
    pub(crate) fn one(reason: Reason) -> Self {
        let mut rejections = Self::default();
        rejections.count(reason);
        rejections
    }

    pub(crate) fn count(&mut self, reason: Reason) {
        self.count_all(reason, 1);
    }

    pub(crate) fn count_all(&mut self, reason: Reason, records: u64) {
        *self.0.entry(reason).or_default() += records;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (reason, count) in other.iter() {
            self.count_all(reason, count);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Reason, u64)> + '_ {
        self.0.iter().map(|(reason, count)| (*reason, *count))
    }

    pub(crate) fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// Returns a message for the developer of the sender: `2 spans: trace_id must be …; 1 span: …`.
    pub(crate) fn describe(&self, signal: Signal) -> String {
        let texts = self.iter().map(|(reason, count)| {
            let records = signal.count(count);
            format!("{records}: {}", reason.advice(signal))
        });
        texts.collect::<Vec<_>>().join("; ")
    }
}

/// Why a message is not accepted as a record, or as its resource or scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SpanError {
    /// The bytes are not such a message, so the whole request is malformed.
    Malformed(WireError),
    /// The message is valid, but cannot be part of a trace.
    Rejected(Reason),
}

impl SpanError {
    /// Returns the reason for a span that the gateway encoded itself, which is never malformed.
    pub(crate) const fn reason(self) -> Reason {
        match self {
            Self::Rejected(reason) => reason,
            Self::Malformed(_) => Reason::Segment,
        }
    }
}

impl From<WireError> for SpanError {
    fn from(error: WireError) -> Self {
        Self::Malformed(error)
    }
}

impl From<Reason> for SpanError {
    fn from(reason: Reason) -> Self {
        Self::Rejected(reason)
    }
}
