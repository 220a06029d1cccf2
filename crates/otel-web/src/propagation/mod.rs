//! The headers that let a server continue the trace, and who gets them.
//!
//! `traceparent` and `tracestate` of W3C Trace Context level 2, `baggage` of W3C Baggage, and, where
//! it is asked for, `X-Amzn-Trace-Id`. They go to the page's own origin, and to others only by an
//! allow-list: a foreign server that does not expect them may refuse the request in its preflight.
//!
//! [`fetch`](crate::fetch) sets them by itself. For what it does not send (a WebSocket's first
//! message, a library of its own transport) there is [`traceparent`], and [`TraceContextPropagator`]
//! for code that is written against the propagators of the API.

#[cfg(all(feature = "baggage", any(feature = "fetch", feature = "window-fetch")))]
mod baggage;
#[cfg(any(feature = "fetch", feature = "window-fetch"))]
mod headers;
mod origin;
mod propagator;
mod traceparent;
#[cfg(any(feature = "fetch", feature = "window-fetch"))]
mod xray;

pub use propagator::TraceContextPropagator;
pub use traceparent::{parse_traceparent, traceparent};

#[cfg(any(feature = "fetch", feature = "window-fetch"))]
pub(crate) use headers::{Propagation, inject, install};
#[cfg(any(feature = "fetch", feature = "window-fetch"))]
pub(crate) use origin::host_and_port;
pub(crate) use origin::{is_origin, is_web, origin_of};
pub(crate) use traceparent::tracestate;
