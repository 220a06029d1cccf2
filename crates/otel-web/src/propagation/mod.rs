//! Propagation of the trace to servers.
//!
//! The headers are `traceparent` and `tracestate` of W3C Trace Context level 2, `baggage` of W3C
//! Baggage, and optionally `X-Amzn-Trace-Id`. They are sent to the page's own origin, and to origins on
//! an allow-list. Servers of other origins may reject requests with unknown headers in their CORS
//! preflight.
//!
//! [`fetch`](crate::fetch) sets the headers automatically. For other transports, such as the first
//! message of a WebSocket, use [`traceparent`]. Code that uses the propagators of the API needs
//! [`TraceContextPropagator`].
//!
//! # Example: the first message of a WebSocket
//!
//! ```
//! use opentelemetry::trace::TraceContextExt;
//! use otel_web::propagation::traceparent;
//!
//! fn hello() -> String {
//!     let context = otel_web::current();
//!     format!(r#"{{"traceparent":"{}"}}"#, traceparent(context.span().span_context()))
//! }
//! # assert!(hello().starts_with(r#"{"traceparent":"00-"#));
//! ```

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
