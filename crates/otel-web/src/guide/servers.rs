//! Continuing the trace in servers, and from servers.
//!
//! # From the page to a server
//!
//! Requests of [`fetch`](crate::fetch) carry `traceparent` and `tracestate` of W3C Trace Context. Any
//! OpenTelemetry instrumentation of an HTTP server reads them, and starts its span below the span of
//! the request.
//!
//! Requests to the page's own origin carry the headers always. Other origins need two things:
//!
//! 1. their origin in [`Builder::propagate_to`](crate::Builder::propagate_to);
//! 2. a server that allows `traceparent` and `tracestate` in `Access-Control-Allow-Headers`.
//!
//! Do the second first: if a listed server does not allow the headers, the browser fails its requests.
//!
//! ```no_run
//! otel_web::Telemetry::builder("shop")
//!     .endpoint("/otlp")
//!     .propagate_to(["https://api.example.com"])
//!     .install();
//! ```
//!
//! # Requests of other crates and JavaScript libraries
//!
//! The feature `window-fetch` wraps `window.fetch`, so that requests of reqwest, gloo-net and JavaScript
//! libraries get a span and the headers, too. It does not cover `XMLHttpRequest`.
//!
//! # Other transports
//!
//! For a WebSocket or a queue, send the header as a field of the message:
//!
//! ```no_run
//! use opentelemetry::trace::TraceContextExt;
//! use otel_web::propagation::traceparent;
//!
//! fn message(text: &str) -> String {
//!     let context = otel_web::current();
//!     let traceparent = traceparent(context.span().span_context());
//!     format!(r#"{{"traceparent":"{traceparent}","text":"{text}"}}"#)
//! }
//! ```
//!
//! # Baggage
//!
//! With the feature `baggage`, entries of the context's baggage are sent as `baggage` with the other
//! headers. Every server behind can read them, so they must not contain secrets.
//!
//! ```no_run
//! use opentelemetry::baggage::BaggageExt;
//! use otel_web::{Context, KeyValue};
//! # async fn check_out() {}
//!
//! let context = otel_web::action("cart.check_out").start().context();
//! let context = context.with_baggage([KeyValue::new("experiment", "short-form")]);
//! wasm_bindgen_futures::spawn_local(otel_web::with_context(context, check_out()));
//! ```
//!
//! # From the server to the page load
//!
//! If the response with the document announces the server's span, the page load becomes a part of the
//! server's trace. The server sends a header:
//!
//! ```text
//! Server-Timing: traceparent;desc="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
//! ```
//!
//! or renders an element:
//!
//! ```html
//! <meta name="traceparent" content="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" />
//! ```
//!
//! Do not announce a span in a document that is cached by a CDN: all visitors would continue one trace.
//!
//! # Sampling
//!
//! A server follows the decision of the page by the `sampled` flag. A sampler behind, for instance in a
//! collector, can keep fewer sessions and keeps them whole, because `tracestate` carries the random
//! number of the session (`ot=rv:…;th:…`).
//!
//! # AWS
//!
//! Load balancers and gateways of AWS read only `X-Amzn-Trace-Id`; enable it with
//! [`Builder::propagate_xray`](crate::Builder::propagate_xray). Ids of this crate are valid X-Ray ids.
