//! Spans, traces and log records as plain values: the tree of a trace, its timings, and queries.
//!
//! The gateway and its viewer share this crate, so that both agree on what a trace, its network
//! time and its duration are. It has no clock and no I/O: values in, values out.
//!
//! * [`otlp_json::decode`] reads OTLP JSON into [`Span`]s and reports the spans it skipped.
//! * [`otlp_json::decode_logs`] reads [`Log`]s, and [`query::LogMatcher`] matches them.
//! * [`otlp_json::encode`] writes a span as OTLP JSON; [`json::pretty`] indents JSON for reading.
//! * [`Trace::from_spans`] builds the tree, with lanes, network times and clock shifts.
//! * [`Trace::summary`] reduces a trace to one line ([`TraceSummary`]) with a [`Breakdown`] of its
//!   time.
//! * [`Trace::critical_path`] finds the spans that the duration depends on ([`CriticalPath`]);
//!   [`Trace::statistics`] and [`FlameGraph`] add up spans of one name.
//! * [`Comparison`] matches the spans of two traces; [`honeycomb::events`] are those that Honeycomb
//!   makes of a span.
//! * [`explain`] finds what distinguishes some traces from others.
//! * [`overview`] reduces many traces to actions, a heatmap, sessions, a service map and web vitals.
//! * [`query::parse`] parses the query language; [`query::Matcher`] matches spans against a query.
//! * [`Status`] is the state of a gateway.
//!
//! # Examples
//!
//! ```
//! use trace_model::{Trace, otlp_json};
//!
//! let document = r#"{"resourceSpans": [{"scopeSpans": [{"spans": [{
//!     "traceId": "6a2b7c1e98038103d269b633813fc60c", "spanId": "00f067aa0ba902b7", "name": "crud.like",
//!     "startTimeUnixNano": "1790000000000000000", "endTimeUnixNano": "1790000000051200000"
//! }]}]}]}"#;
//! let spans = otlp_json::decode(document).spans;
//! let summary = Trace::from_spans(spans[0].trace_id, spans).summary();
//! assert_eq!((summary.name.as_str(), summary.duration_nano), ("crud.like", 51_200_000));
//! ```

mod breakdown;
mod clock;
mod comparison;
mod critical_path;
#[cfg(test)]
mod drawing;
pub mod explain;
mod flame_graph;
pub mod honeycomb;
mod id;
mod interval;
pub mod json;
mod lane;
mod log;
mod nanos;
mod network;
pub mod otlp_json;
pub mod overview;
pub mod query;
mod request_phases;
mod sibling_group;
mod span;
mod statistics;
mod status;
mod summary;
mod trace;
mod tree;
mod value;

pub use breakdown::Breakdown;
pub use comparison::{Change, ChangedField, ComparedPath, Comparison, PathSpans};
pub use critical_path::{CriticalPath, PathPiece, PathShare};
pub use flame_graph::{FlameFrame, FlameGraph};
pub use id::{IdError, SpanId, TraceId};
pub use interval::Interval;
pub use lane::Lane;
pub use log::{Log, LogSeverity};
pub use network::NetworkTime;
pub use request_phases::RequestPhases;
pub use sibling_group::SiblingGroup;
pub use span::{Event, Link, Resource, Scope, Span, SpanKind, SpanStatus};
pub use statistics::NameStatistics;
pub use status::{LastRefusal, LogStatus, SinkState, SinkStatus, Status};
pub use summary::TraceSummary;
pub use trace::{Node, Trace};
pub use tree::Parent;
pub use value::{Attribute, Attributes, Value};

/// The service name of the viewer, which can trace itself. Lists hide its traces unless a query
/// asks for this service.
pub const VIEWER_SERVICE: &str = "trace-viewer";
