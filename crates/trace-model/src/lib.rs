//! Spans and traces as values: the tree and its timings.
//!
//! The gateway and its viewer share this crate, so that both mean the same by "trace",
//! "network" and "duration". It is pure: values in, values out, no clock, no I/O.
//!
//! * [`TraceId`], [`SpanId`]: ids as bytes, read from hex
//! * [`TraceSummary`], [`Breakdown`]: a trace in one line
//! * [`Status`]: the state of a gateway

mod id;
mod nanos;
mod status;
mod summary;

pub use id::{IdError, SpanId, TraceId};
pub use status::{SinkState, SinkStatus, Status};
pub use summary::{Breakdown, TraceSummary};
