//! Tools for tests of traced code: a [`Recorder`] collects spans, and [`expect`] describes the expected
//! trace.
//!
//! Spans are decoded from the bytes that are exported, so a test sees what a receiver would see:
//! sampled, redacted, and after the hook of [`Builder::on_end`](crate::Builder::on_end).
//!
//! # Setup
//!
//! Enable the feature `testing` for tests only:
//!
//! ```toml
//! [dev-dependencies]
//! otel-web = { version = "0.1", features = ["testing"] }
//! ```
//!
//! Then, in each test,
//!
//! 1. create a [`Recorder`], which installs telemetry without an endpoint if necessary;
//! 2. run the code, or mount a page and click;
//! 3. take a [`Trace`], with [`Recorder::trace`] in a browser and [`Recorder::find`] natively;
//! 4. compare it with an [`Expected`] by [`Trace::assert`].
//!
//! An expectation checks only what it mentions, with one exception: a span with the status ERROR fails
//! the test unless the error is [expected](Expected::fails). Add [`only`](Expected::only) to fail for
//! unexpected children as well.
//!
//! # Examples
//!
//! ## A test in the browser
//!
//! ```no_run
//! use otel_web::testing::{Recorder, expect};
//! # async fn like(_id: u32) {}
//!
//! // With `#[wasm_bindgen_test]` before it.
//! async fn like_sends_one_request() {
//!     let recorder = Recorder::install();
//!     // Or mount your page, and click.
//!     otel_web::action("crud.like").start().run(like(7));
//!
//!     let expected = expect::action("crud.like")
//!         .child(expect::client("PUT").attribute("url.template", "/api/cruds/{id}/like"))
//!         .only();
//!     recorder.trace("crud.like").await.assert(&expected);
//! }
//! ```
//!
//! A failed assertion lists the mismatches, and prints both trees:
//!
//! ```text
//! not the expected trace:
//!   crud.like: unexpected child GET /api/cruds
//! expected:
//!   crud.like
//!     (CLIENT) http.request.method=PUT url.template=/api/cruds/{id}/like
//!     (nothing else)
//! got:
//!   crud.like, 41.2 ms
//!     PUT /api/cruds/{id}/like (CLIENT), 18.9 ms
//!     GET /api/cruds (CLIENT), 12.1 ms
//! ```
//!
//! ## A native test
//!
//! Code that uses only the `opentelemetry` API can be tested without a browser. Pass it a tracer of this
//! crate:
//!
//! ```
//! use opentelemetry::trace::{Tracer, TracerProvider};
//! use otel_web::testing::{Recorder, expect};
//!
//! let recorder = Recorder::install();
//! let tracer = otel_web::TracerProvider::default().tracer("shop");
//! tracer.in_span("cart.total", |_| tracer.in_span("cart.discounts", |_| ()));
//!
//! let expected = expect::span("cart.total").child(expect::span("cart.discounts")).only();
//! recorder.find("cart.total").expect("a trace").assert(&expected);
//! ```
//!
//! ## Values that an expectation cannot describe
//!
//! Use the fields of the [`Span`] with the assertions of the standard library:
//!
//! ```
//! use std::time::Duration;
//!
//! use opentelemetry::trace::{Tracer, TracerProvider};
//! use otel_web::testing::Recorder;
//!
//! let recorder = Recorder::install();
//! let tracer = otel_web::TracerProvider::default().tracer("shop");
//! tracer.in_span("cart.total", |_| ());
//!
//! let trace = recorder.find("cart.total").expect("a trace");
//! let root = trace.root().expect("a root");
//! assert!(root.end - root.start < Duration::from_secs(1));
//! assert_eq!(root.attribute("cart.items"), None);
//! ```
//!
//! # Limits
//!
//! Traces end asynchronously: an action ends with the next painted frame after its work. A test page
//! that is hidden paints nothing, so its actions end immediately. Requests are sent to the network; to
//! test against fixed responses, replace `window.fetch` before the first request.

mod compare;
pub mod expect;
mod recorder;
mod span;
mod trace;

pub use expect::Expected;
pub use recorder::Recorder;
pub use span::Span;
pub use trace::Trace;

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
