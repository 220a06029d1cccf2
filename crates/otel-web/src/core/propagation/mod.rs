//! The headers with which a server continues the trace.
//!
//! | header | standard | sent |
//! |---|---|---|
//! | `traceparent`, `tracestate` | W3C Trace Context, level 2 | always |
//! | `baggage` | W3C Baggage | with the feature `baggage`, if the context has any |
//! | `X-Amzn-Trace-Id` | AWS X-Ray | with [`Builder::propagate_xray`](crate::Builder::propagate_xray) |
//!
//! They are sent to the page's own origin, and to other origins only if they are listed in
//! [`Builder::propagate_to`](crate::Builder::propagate_to): a server that does not expect the headers
//! fails the request in its CORS preflight.
//!
//! Requests of [`fetch`](crate::fetch) carry the headers by themselves. For other transports, such as the
//! first message of a WebSocket, use [`traceparent()`]. For code that is written against the propagators of
//! the API, set [`TraceContextPropagator`].

#[cfg(all(
    feature = "baggage",
    any(feature = "fetch", feature = "window-fetch", feature = "xhr")
))]
pub(crate) mod baggage;
pub(crate) mod origin;
pub(crate) mod propagator;
pub(crate) mod traceparent;
#[cfg(any(feature = "fetch", feature = "window-fetch", feature = "xhr"))]
pub(crate) mod xray;

pub use propagator::TraceContextPropagator;
pub use traceparent::{parse_traceparent, traceparent};
