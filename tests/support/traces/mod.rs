//! Stored traces, and what a journey expects of them.
//!
//! [`Span`](span::Span) and [`Trace`](trace::Trace) are read here anew from OTLP rather than with the project's own
//! trace model: a mistake there must not hide itself. [`rules`] hold for every trace; an [`Expected`](expect::Expected)
//! says what one action did on top of them; [`compare`](expect::compare) holds a store against a whole journey.

pub(crate) mod expect;
pub(crate) mod rules;
#[cfg(test)]
mod samples;
pub(crate) mod span;
pub(crate) mod trace;
