//! Why spans are rejected, by name, and how many were.

use std::{collections::BTreeMap, fmt};

use super::wire_format::Damage;

/// Why a span was rejected. Its name is the key in the gateway's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    /// Not 16 bytes, or all zero.
    TraceId,
    /// Not 8 bytes, or all zero.
    SpanId,
    /// Neither empty nor 8 bytes.
    ParentSpanId,
    /// A link whose ids have other lengths than ids have, and are not empty. Receivers refuse
    /// whole batches for it.
    Link,
    /// Later than the year 2262, where signed nanoseconds end.
    Time,
    /// Lists and maps in each other, more than readers bear.
    TooDeep,
    /// Attributes, values, events and links, more than readers bear.
    TooManyParts,
    /// It is not where OTLP has spans.
    Misplaced,
    /// A line of an imported file that is no request.
    Line,
    /// A datagram that is no X-Ray segment document.
    Segment,
    /// Too many other spans of the trace have its id.
    IdReused,
    /// The trace holds as much as one may hold.
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
            Self::Segment => "invalid_segment",
            Self::IdReused => "id_reused",
            Self::TraceFull => "trace_full",
        }
    }

    const fn advice(self) -> &'static str {
        match self {
            Self::TraceId => "trace_id must be 16 bytes and not all zero",
            Self::SpanId => "span_id must be 8 bytes and not all zero",
            Self::ParentSpanId => "parent_span_id must be empty or 8 bytes",
            Self::Link => {
                "a link's trace_id must be empty or 16 bytes, and its span_id empty or 8 bytes"
            }
            Self::Time => "times must be nanoseconds since 1970 that fit 63 bits",
            Self::TooDeep => "an attribute may hold 16 lists or maps in each other",
            Self::TooManyParts => {
                "a span, a resource and a scope may have 100,000 attributes, values, events and links each"
            }
            Self::Misplaced => {
                "spans are read from \"resourceSpans[].scopeSpans[].spans[]\" and from nowhere else"
            }
            Self::Line => "each line must hold an OTLP JSON ExportTraceServiceRequest",
            Self::Segment => "a datagram must hold one X-Ray segment document",
            Self::IdReused => "16 other spans of the trace have the same span_id: make ids random",
            Self::TraceFull => {
                "the trace holds as much as OTEL_WEB_GATEWAY_TRACE_SPANS and OTEL_WEB_GATEWAY_TRACE_MB allow"
            }
        }
    }
}

/// How many spans of a request were rejected, by reason.
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

    pub(crate) fn count_all(&mut self, reason: Reason, spans: u64) {
        *self.0.entry(reason).or_default() += spans;
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
}

/// For the developer whose exporter sent them: `2 spans: trace_id must be …; 1 span: …`.
impl fmt::Display for Rejections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (reason, count)) in self.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            let spans = if count == 1 { "span" } else { "spans" };
            write!(f, "{separator}{count} {spans}: {}", reason.advice())?;
        }
        Ok(())
    }
}

/// Why something is not taken: it is no message of its kind, or no part of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    Damaged(Damage),
    Rejected(Reason),
}

impl Unfit {
    /// Of what was made here, and is a message.
    pub(crate) const fn reason(self) -> Reason {
        match self {
            Self::Rejected(reason) => reason,
            Self::Damaged(_) => Reason::Segment,
        }
    }
}

impl From<Damage> for Unfit {
    fn from(damage: Damage) -> Self {
        Self::Damaged(damage)
    }
}

impl From<Reason> for Unfit {
    fn from(reason: Reason) -> Self {
        Self::Rejected(reason)
    }
}
