//! A span and its parts as plain values, independent of the wire format.

use std::{fmt, sync::Arc};

use crate::{Attributes, Interval, SpanId, TraceId};

/// Spans that end before this time may use relative times, in which a start of zero is valid.
/// Later, a start of zero means that it was not set.
const MAX_RELATIVE_TIME_NANO: u64 = 1_000_000_000_000_000;

/// One operation. Times are in nanoseconds since the Unix epoch.
///
/// [`otlp_json::decode`](crate::otlp_json::decode) reads spans from OTLP JSON.
///
/// # Examples
///
/// ```
/// use trace_model::{Attribute, Span, SpanKind};
///
/// let trace_id = "6a2b7c1e98038103d269b633813fc60c".parse()?;
/// let mut span = Span::new(trace_id, "00f067aa0ba902b7".parse()?, "PUT");
/// span.kind = SpanKind::Client;
/// span.start_unix_nano = 1_790_000_000_000_000_000;
/// span.end_unix_nano = span.start_unix_nano + 51_200_000;
/// span.attributes = [Attribute::new("http.response.status_code", 500)].into_iter().collect();
///
/// assert_eq!(span.duration_nano(), 51_200_000);
/// assert_eq!(span.http_status(), Some(500));
/// # Ok::<(), trace_model::IdError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    pub trace_id: TraceId,
    pub span_id: SpanId,
    pub parent_span_id: Option<SpanId>,
    pub name: String,
    pub kind: SpanKind,
    pub start_unix_nano: u64,
    pub end_unix_nano: u64,
    pub status: SpanStatus,
    pub attributes: Attributes,
    pub events: Vec<Event>,
    pub links: Vec<Link>,
    /// The program that made the span, shared by all of its spans.
    pub resource: Arc<Resource>,
    /// The library that made the span.
    pub scope: Arc<Scope>,
}

impl Span {
    /// Creates an internal span without times, attributes or resource. Set the fields you need.
    #[must_use]
    pub fn new(trace_id: TraceId, span_id: SpanId, name: impl Into<String>) -> Self {
        Self {
            trace_id,
            span_id,
            parent_span_id: None,
            name: name.into(),
            kind: SpanKind::Internal,
            start_unix_nano: 0,
            end_unix_nano: 0,
            status: SpanStatus::Unset,
            attributes: Attributes::default(),
            events: Vec::new(),
            links: Vec::new(),
            resource: Arc::default(),
            scope: Arc::default(),
        }
    }

    /// Returns the nanoseconds from start to end, or zero if the span ends before it starts.
    #[must_use]
    pub const fn duration_nano(&self) -> u64 {
        self.interval().duration()
    }

    /// Returns the nanoseconds by which the span ends before it starts, which is an error of its
    /// sender. `None` for a valid span, and for one without an end.
    #[must_use]
    pub const fn backwards_nano(&self) -> Option<u64> {
        if self.end_unix_nano == 0 || self.end_unix_nano >= self.start_unix_nano {
            return None;
        }
        Some(self.start_unix_nano - self.end_unix_nano)
    }

    /// Returns the interval from start to end, which is empty if the span ends before it starts.
    /// A start that is not set is taken from the end.
    #[must_use]
    pub const fn interval(&self) -> Interval {
        if self.start_unix_nano == 0 && self.end_unix_nano > MAX_RELATIVE_TIME_NANO {
            return Interval::new(self.end_unix_nano, self.end_unix_nano);
        }
        Interval::new(self.start_unix_nano, self.end_unix_nano)
    }

    /// Returns whether the span has ended. A span that is sent while it is active has no end, or
    /// an end before its start.
    #[must_use]
    pub const fn is_finished(&self) -> bool {
        self.end_unix_nano != 0 && self.end_unix_nano >= self.start_unix_nano
    }

    /// Returns whether both are versions of one span: sent twice after a retry, or sent before
    /// and after it ended.
    ///
    /// Equal ids are not enough: under Zipkin's B3 propagation, the client's and the server's span
    /// of a call share one id.
    #[must_use]
    pub fn is_same_operation(&self, other: &Self) -> bool {
        let have_two_ends =
            self.is_finished() && other.is_finished() && self.end_unix_nano != other.end_unix_nano;
        self.span_id == other.span_id
            && self.trace_id == other.trace_id
            && self.kind == other.kind
            && self.start_unix_nano == other.start_unix_nano
            && self.service() == other.service()
            // The name of an active span may still change.
            && (self.name == other.name || !have_two_ends)
    }

    /// Returns whether this version of a span replaces an `earlier` one that arrived before.
    #[must_use]
    pub fn supersedes(&self, earlier: &Self) -> bool {
        match (self.is_finished(), earlier.is_finished()) {
            (true, true) => self.end_unix_nano > earlier.end_unix_nano,
            (false, false) => self != earlier,
            (is_finished, _) => is_finished,
        }
    }

    /// Returns whether the span's status is ERROR.
    #[must_use]
    pub const fn is_error(&self) -> bool {
        matches!(self.status, SpanStatus::Error(_))
    }

    /// Returns the name of the span's service; see [`Resource::service`].
    #[must_use]
    pub fn service(&self) -> &str {
        self.resource.service()
    }

    /// Returns `http.response.status_code`, or `http.status_code` as it was named before version
    /// 1.23 of the semantic conventions.
    #[must_use]
    pub fn http_status(&self) -> Option<u16> {
        let keys = ["http.response.status_code", "http.status_code"];
        let code = keys.iter().find_map(|key| self.attributes.get(key))?;
        u16::try_from(code.as_int()?).ok()
    }
}

/// The span's role in a call (OTLP `SpanKind`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SpanKind {
    #[default]
    Internal,
    Server,
    Client,
    Producer,
    Consumer,
}

impl fmt::Display for SpanKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Internal => "internal",
            Self::Server => "server",
            Self::Client => "client",
            Self::Producer => "producer",
            Self::Consumer => "consumer",
        })
    }
}

/// The outcome of an operation (OTLP `Status`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SpanStatus {
    #[default]
    Unset,
    Ok,
    /// The operation failed. The sender's message may be empty.
    Error(String),
}

/// An event during a span.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub time_unix_nano: u64,
    pub name: String,
    pub attributes: Attributes,
}

/// A reference to another span, often of another trace.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    pub trace_id: TraceId,
    pub span_id: SpanId,
    pub attributes: Attributes,
}

/// The program that made a span (OTLP `Resource`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resource {
    pub attributes: Attributes,
}

impl Resource {
    /// Returns `service.name`, or `unknown_service` if it is missing or empty.
    #[must_use]
    pub fn service(&self) -> &str {
        let name = self.attributes.text("service.name");
        name.filter(|name| !name.is_empty())
            .unwrap_or("unknown_service")
    }
}

/// The instrumentation library that made a span (OTLP `InstrumentationScope`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scope {
    pub name: String,
    pub version: String,
}
