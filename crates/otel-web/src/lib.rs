//! An OpenTelemetry SDK for Rust in the browser.
//!
//! Code written against the [`opentelemetry`] API runs in a WebAssembly page, and its spans are
//! exported as OTLP/HTTP. On top of the API there are *actions*: one root span for each thing the user
//! does, with everything it causes below it, in the page and in the servers the page calls.
//!
//! # Quick start
//!
//! ```sh
//! cargo add otel-web
//! ```
//!
//! ```no_run
//! fn main() {
//!     // First, so that the page load is recorded from its beginning.
//!     otel_web::Telemetry::builder("shop").endpoint("/otlp").install();
//! }
//!
//! // The handler of a click. The root span is `cart.add`; the span of the request is below it. The
//! // server continues the trace, because the request carries a `traceparent` header.
//! fn on_click() {
//!     otel_web::action("cart.add").start().run(async {
//!         let request = otel_web::fetch::Request::put("/api/cart/17");
//!         if let Err(error) = request.url_template("/api/cart/{item}").send().await {
//!             otel_web::record_error(error);
//!         }
//!     });
//! }
//! ```
//!
//! With Yew, use the hooks of the crate `otel-web-yew` instead of [`action()`] and [`spawn`].
//!
//! # Which function to use
//!
//! | to record | use |
//! |---|---|
//! | something the user did | [`action()`] |
//! | a request | [`fetch::Request`], with the same builder as `gloo-net` |
//! | a step of the work | [`opentelemetry::global::tracer`], after [`Telemetry::set_global`], or the crate `tracing` with the module `tracing` |
//! | an error that the code handles | [`record_error`] |
//! | the route of the page that is rendered | [`set_route_template`] |
//!
//! | to carry the trace into | use |
//! |---|---|
//! | a future that runs on the event loop | [`spawn`], or [`Action::run`] |
//! | a future that other code polls | [`with_current_context`] |
//! | an effect or a rendering of a framework | [`cause`], and [`with_context`](with_context()) |
//! | a callback that JavaScript calls later | [`current`], and attach it there |
//! | a WebSocket message or another transport | [`propagation::traceparent()`] |
//!
//! # Actions
//!
//! A trace is one thing the user did. Its root starts at the time of the DOM event, so that the wait
//! for a busy main thread is included, and ends when all futures of the action are done and their
//! result is painted. Clicks, submits and key presses become actions automatically, named after the
//! element; [`action()`] in the handler gives the action a better name.
//!
//! The page can opt out: an element with the attribute `data-otel-ignore` starts no action, and of an
//! element with `data-otel-mask` only the tag name is recorded. `data-otel-action` names the action of
//! an element without any code.
//!
//! # Contexts and futures
//!
//! JavaScript has no way to know which click the running code belongs to. A Rust future is polled, and
//! [`WithContext`] attaches the context of its action for exactly the time of each poll. So the code
//! after an `.await` belongs to the same action as the code before it, however many actions run at the
//! same time. No browser API is patched for this. Code that is not part of a future, such as the
//! callback of a timer, has to attach a context itself.
//!
//! ```no_run
//! # async fn load() {}
//! # async fn render_chart() {}
//! # fn set_timeout(_: impl FnOnce() + 'static) {}
//! otel_web::action("chart.open").start().run(async {
//!     load().await;
//!     // A second future of the same action.
//!     otel_web::spawn(render_chart());
//!     // A callback of the same action.
//!     let context = otel_web::current();
//!     set_timeout(move || {
//!         let _attached = context.attach();
//!         otel_web::spawn(load());
//!     });
//! });
//! ```
//!
//! # Propagation
//!
//! Requests to the page's own origin carry `traceparent` and `tracestate`. Other origins get them only
//! if they are listed in [`Builder::propagate_to`]: a server that does not allow the headers in its
//! CORS preflight would make the request fail. The module [`propagation`] has the headers for
//! transports that this crate does not know.
//!
//! # Export
//!
//! Ended spans are encoded at once, collected in a queue of 2,048 spans, and sent in batches to
//! `{endpoint}/v1/traces`. A batch is built some 30 ms after an action has ended, otherwise within a
//! second. The exporter
//!
//! - stores each batch in `localStorage` until a receiver has confirmed it, so that it survives a
//!   closed page, a crash and an outage (feature `durable-queue`);
//! - retries with exponential backoff up to a minute, and obeys `Retry-After`;
//! - compresses requests to the page's own origin (feature `gzip`);
//! - ends open spans when the user leaves the page, and sends them with `keepalive`.
//!
//! Delivery is at least once: a batch whose response the page did not live to see is sent again by the
//! next page of the origin, with the same span ids.
//!
//! # Sampling
//!
//! [`Builder::sample_ratio`] keeps a share of the *sessions*, each with all of its traces. Errors in
//! sessions that are not sampled are still exported, as root spans of their own.
//!
//! # Privacy
//!
//! Values of fields are never read. URLs lose user name, password and the values of parameters with
//! secret names. [`Builder::on_end`] sees each span before it is queued, and can change or discard it. See [`guide::privacy`].
//!
//! # Tests
//!
//! The feature `testing` adds the module `testing`: a recorder and expectations for tests of your own
//! code, in a browser and natively.
//!
//! # Architecture
//!
//! 1. [`action()`] or a [`Tracer`] starts a span. `trace::pipeline` generates its ids (`core::id`), applies
//!    the sampler's decision (`core::sampler`), and adds it to the table of active spans.
//! 2. [`WithContext`] and [`spawn`] (`causality`) carry its `Context` through `.await`s; [`fetch`] carries it
//!    to servers.
//! 3. When it ends, `core::otlp` encodes it, and `export` batches, sends and retries.
//! 4. When the user leaves the page (`lifecycle`), open spans end, and all queued spans are sent.
//!
//! Each folder imports only those below it: `http`, `instrument`, `action`, `causality` and `export`,
//! `trace`, `core`, `browser`. Lower layers notify higher ones through `trace::hooks`.
//!
//! Automatic instrumentations are in `instrument`, one module for each feature.
//!
//! # Features
//!
//! On by default:
//!
//! - automatic instrumentation: `user-action` (clicks, submits, keys), `frustration` (rage and error
//!   clicks), `document-load`, `navigation` (history), `web-vitals`, `long-animation-frames`,
//!   `errors` (uncaught errors, rejections, panics)
//! - requests: `fetch` (traced requests), `resource-timing` (their network timings), `baggage`
//!   (propagates the context's baggage)
//! - export: `gzip` (compressed requests), `durable-queue` (batches in `localStorage`)
//!
//! Off by default:
//!
//! - `window-fetch` traces the requests of JavaScript libraries, too. It replaces `window.fetch`.
//! - `xhr` traces their requests with `XMLHttpRequest` and `sendBeacon`. It replaces methods of these.
//! - `root-observer` adds `Builder::on_root_end`, a callback for ended root spans.
//! - `tracing` adds the module `tracing`: a subscriber for the crate `tracing`. `tracing-layer` adds a layer.
//! - `testing` adds the module `testing`. Enable it in `[dev-dependencies]`.
//! - `off` leaves telemetry out of the build: every call compiles and does nothing.
//!
//! `default-features = false` leaves the core: spans, actions, contexts and export.

#![deny(missing_docs)]

mod action;
mod browser;
mod causality;
mod config;
mod core;
mod export;
pub mod guide;
mod http;
mod instrument;
mod lifecycle;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod properties;
mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
mod trace;
#[cfg(feature = "tracing")]
pub mod tracing;

pub use opentelemetry::{Context, KeyValue};

pub use crate::action::{Action, ActionBuilder, action};
pub use crate::causality::context::{
    cause, current, current_trace_id, spawn, with_cause, with_context, with_current_context,
};
pub use crate::causality::navigations::{set_route_template, set_route_template_of};
pub use crate::causality::outcome::{Outcome, recorded};
pub use crate::causality::record_error::record_error;
pub use crate::causality::rendering::set_render_scheduler;
pub use crate::causality::with_context::WithContext;
pub use crate::core::propagation;
#[cfg(feature = "fetch")]
pub use crate::http::fetch;
#[cfg(feature = "errors")]
pub use crate::instrument::errors::record_panic;
pub use crate::telemetry::{Builder, Telemetry};
#[cfg(feature = "root-observer")]
pub use crate::trace::ended_root::EndedRoot;
pub use crate::trace::ended_span::EndedSpan;
pub use crate::trace::provider::TracerProvider;
pub use crate::trace::span::Span;
pub use crate::trace::tracer::Tracer;

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
