//! Tools for the tests of traced code: a [`Recorder`] for what was traced, and [`expect`] to say what
//! should have been. With the feature `testing`; add it under `[dev-dependencies]`.
//!
//! # Example: a test in the browser
//!
//! ```no_run
//! use otel_web::testing::{Recorder, expect};
//! # async fn like(_id: u32) {}
//!
//! // With `#[wasm_bindgen_test]` before it.
//! async fn a_like_is_one_request() {
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
//! When it fails, it says why and draws both trees:
//!
//! ```text
//! not the expected trace:
//!   crud.like: GET /api/cruds below it was not expected
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
//! # Example: a test on the host
//!
//! Code that only uses the `opentelemetry` API can be tested without a browser, too. Give it this
//! crate's tracer:
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

mod compare;
pub mod expect;
mod recorder;
mod span;
mod trace;

pub use expect::Expected;
pub use recorder::Recorder;
pub(crate) use recorder::keep;
pub use span::Span;
pub use trace::Trace;

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
