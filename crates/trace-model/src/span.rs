//! A span and what belongs to it: a plain value, independent of how it travelled.

use std::{fmt, sync::Arc};

use crate::{Attributes, Interval, SpanId, TraceId};

/// Nanoseconds after 1970 until which a start of zero may be a time, and is not "not set".
const MAX_RELATIVE_TIME_NANO: u64 = 1_000_000_000_000_000;

/// One operation. Times are nanoseconds since the Unix epoch.
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
    /// Who made the span; shared by all spans of one sender.
    pub resource: Arc<Resource>,
    pub scope: Arc<Scope>,
}

impl Span {
    /// A span of no service, of no length, with nothing on it: fill in what matters.
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

    /// Nanoseconds from start to end; zero where a sender's clock ran backwards.
    #[must_use]
    pub const fn duration_nano(&self) -> u64 {
        self.interval().duration()
    }

    /// Nanoseconds by which the span ends before it starts, which no operation does. None for a
    /// span whose end was not set.
    #[must_use]
    pub const fn backwards_nano(&self) -> Option<u64> {
        if self.end_unix_nano == 0 || self.end_unix_nano >= self.start_unix_nano {
            return None;
        }
        Some(self.start_unix_nano - self.end_unix_nano)
    }

    /// From start to end, never backwards. A time that was not set is taken from the other one.
    #[must_use]
    pub const fn interval(&self) -> Interval {
        if self.start_unix_nano == 0 && self.end_unix_nano > MAX_RELATIVE_TIME_NANO {
            return Interval::new(self.end_unix_nano, self.end_unix_nano);
        }
        Interval::new(self.start_unix_nano, self.end_unix_nano)
    }

    /// Whether its sender says that it ended: a span that is sent before has no end, or one
    /// before its start.
    #[must_use]
    pub const fn is_finished(&self) -> bool {
        self.end_unix_nano != 0 && self.end_unix_nano >= self.start_unix_nano
    }

    /// Whether both are versions of one span, as after a retry, or of one that was sent before
    /// it was finished.
    ///
    /// The ids alone do not say it: Zipkin and B3 give the client's and the server's span of a
    /// call one id.
    #[must_use]
    pub fn is_same_operation(&self, other: &Self) -> bool {
        let have_two_ends =
            self.is_finished() && other.is_finished() && self.end_unix_nano != other.end_unix_nano;
        self.span_id == other.span_id
            && self.trace_id == other.trace_id
            && self.kind == other.kind
            && self.start_unix_nano == other.start_unix_nano
            && self.service() == other.service()
            // A name may be given in the end only, and be made better on the way.
            && (self.name == other.name || !have_two_ends)
    }

    /// Whether it tells more than an `earlier` version of the same span that arrived before.
    #[must_use]
    pub fn supersedes(&self, earlier: &Self) -> bool {
        match (self.is_finished(), earlier.is_finished()) {
            (true, true) => self.end_unix_nano > earlier.end_unix_nano,
            (false, false) => self != earlier,
            (is_finished, _) => is_finished,
        }
    }

    #[must_use]
    pub const fn is_error(&self) -> bool {
        matches!(self.status, SpanStatus::Error(_))
    }

    /// `service.name` of the resource.
    #[must_use]
    pub fn service(&self) -> &str {
        self.resource.service()
    }

    /// `http.response.status_code`, also under its name before semantic conventions 1.23.
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

/// How the operation ended (OTLP `Status`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SpanStatus {
    #[default]
    Unset,
    Ok,
    /// With the sender's message, which may be empty.
    Error(String),
}

/// A moment inside a span.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub time_unix_nano: u64,
    pub name: String,
    pub attributes: Attributes,
}

/// A reference to a span elsewhere, often in another trace.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    pub trace_id: TraceId,
    pub span_id: SpanId,
    pub attributes: Attributes,
}

/// The program that made the spans.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resource {
    pub attributes: Attributes,
}

impl Resource {
    /// `service.name`, or what OpenTelemetry calls a service that did not say.
    #[must_use]
    pub fn service(&self) -> &str {
        let name = self.attributes.text("service.name");
        name.filter(|name| !name.is_empty())
            .unwrap_or("unknown_service")
    }
}

/// The library that made the spans.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scope {
    pub name: String,
    pub version: String,
}
