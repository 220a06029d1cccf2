//! Stored traces, and the traces that a journey expects.
//!
//! [`Span`](span::Span) and [`Trace`](trace::Trace) are parsed from OTLP here, not with the project's own trace model,
//! so that the journeys find mistakes in that model. The [`rules`] apply to every trace. An
//! [`Expected`](expect::Expected) describes the trace of one action, and [`compare`](expect::compare) compares all
//! stored traces with those of a journey.

pub(crate) mod expect;
pub(crate) mod rules;
#[cfg(test)]
mod samples;
pub(crate) mod span;
pub(crate) mod trace;
