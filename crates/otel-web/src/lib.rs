//! An OpenTelemetry SDK for Rust in the browser.
//!
//! Code written against the [`opentelemetry`] API runs in a WebAssembly page, and its spans arrive.
//! On top of that: one root span for each action of the user, with everything the action causes
//! below it, in the page and in the servers it calls.
//!
//! # Usage
//!
//! ```no_run
//! otel_web::Telemetry::builder("shop").endpoint("/otlp").install();
//!
//! // In the handler of a click: the root span `cart.add`, and below it the request's span. The
//! // server finds the trace in the request's `traceparent`.
//! otel_web::action("cart.add").start().run(async {
//!     let request = otel_web::fetch::Request::put("/api/cart/17").url_template("/api/cart/{item}");
//!     if let Err(error) = request.send().await {
//!         otel_web::record_error(error);
//!     }
//! });
//! ```
//!
//! # How a span travels
//!
//! 1. [`action()`] or a [`Tracer`] starts it: `pipeline` draws its ids (`id`), decides whether it is
//!    kept (`sampler`), and opens a slot in the table of active spans (`active_spans`).
//! 2. [`with_current_context`] and [`spawn`] carry its `Context` through `.await`s; [`fetch`] carries it to servers.
//! 3. When it ends, `otlp` encodes it and `export` queues, batches, sends and retries.
//! 4. When the page is left, what is open ends, and all that is queued leaves with it.
//!
//! # Features
//!
//! All on by default, each in a file of its own:
//!
//! - what is noticed without your help: `user-action` (clicks, submits, keys), `frustration` (rage, dead
//!   and error clicks), `document-load`, `navigation` (history), `web-vitals`, `long-animation-frames`,
//!   `errors` (uncaught errors, rejections, panics)
//! - requests: `fetch` (traced requests), `resource-timing` (their network timings), `baggage` (sends
//!   the context's baggage along)
//! - export: `gzip` (compressed requests), `durable-queue` (batches survive their page)
//!
//! `window-fetch`, which is not on by default, traces the requests of JavaScript libraries as well.
//! `testing` adds the module `testing`: a recorder and expectations for the tests of your own code.
//! `off` leaves telemetry out of the build: every call remains and does nothing.

#![deny(missing_docs)]

mod action;
mod active_spans;
mod clock;
mod config;
mod context;
mod deduplicator;
mod deferred_spans;
mod diagnostics;
mod ended_span;
mod exception;
mod export;
#[cfg(feature = "fetch")]
pub mod fetch;
mod hex;
mod id;
#[cfg(any(feature = "fetch", feature = "window-fetch"))]
mod in_flight;
mod instrument;
mod js;
mod listener;
#[cfg(any(feature = "errors", feature = "user-action", feature = "web-vitals"))]
mod mask;
mod otlp;
mod pipeline;
mod platform;
pub mod propagation;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod properties;
mod provider;
mod record;
#[cfg(any(
    feature = "document-load",
    feature = "fetch",
    feature = "long-animation-frames",
    feature = "window-fetch"
))]
mod redact;
mod resource;
mod sampler;
mod session;
mod slot;
mod span;
mod store;
mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
mod tracer;
mod with_context;

pub use opentelemetry::{Context, KeyValue};

pub use crate::action::{Action, ActionBuilder, action};
pub use crate::context::{
    cause, current, current_trace_id, spawn, with_context, with_current_context,
};
pub use crate::ended_span::EndedSpan;
pub use crate::exception::record_error;
#[cfg(feature = "errors")]
pub use crate::instrument::errors::record_panic;
pub use crate::instrument::navigation::set_route_template;
pub use crate::provider::TracerProvider;
pub use crate::span::Span;
pub use crate::telemetry::{Builder, Telemetry};
pub use crate::tracer::Tracer;
pub use crate::with_context::WithContext;

/// The README's examples compile, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
