//! Spans and traces as values: the tree and its timings.
//!
//! The gateway and its viewer share this crate, so that both mean the same by "trace",
//! "network" and "duration". It is pure: values in, values out, no clock, no I/O.
//!
//! * [`otlp_json::decode`]: OTLP JSON to [`Span`]s, bad parts left out with their reason
//! * [`otlp_json::encode`]: a span back to OTLP JSON; [`json::pretty`]: JSON for people
//! * [`Trace::from_spans`]: the tree on one time axis, with lanes, network times and clock shifts
//! * [`Trace::summary`]: a trace in one line ([`TraceSummary`]), with its time in four parts ([`Breakdown`])
//! * [`query::parse`]: the query language; [`query::Matcher`]: whether spans match
//! * [`Status`]: the state of a gateway
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
mod id;
mod interval;
pub mod json;
mod lane;
mod nanos;
mod network;
pub mod otlp_json;
pub mod query;
mod span;
mod status;
mod summary;
mod trace;
mod tree;
mod value;

pub use id::{IdError, SpanId, TraceId};
pub use interval::Interval;
pub use lane::Lane;
pub use network::{NetworkTime, RequestPhases};
pub use span::{Event, Link, Resource, Scope, Span, SpanKind, SpanStatus};
pub use status::{LastRefusal, SinkState, SinkStatus, Status};
pub use summary::{Breakdown, TraceSummary};
pub use trace::{Node, Trace};
pub use tree::Place;
pub use value::{Attribute, Attributes, Value};
