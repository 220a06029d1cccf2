//! Errors that code handles, recorded on the span whose code is running.

use std::fmt::Display;

use crate::causality::context::current;
use crate::trace::exception::{Exception, type_of};

/// Records an error on the current span.
///
/// The span gets an event `exception` and the status `error`. The action it belongs to gets the status
/// too. If no span is active, or the trace is not sampled, the error becomes a root span named
/// `error`, so that errors are never lost to sampling.
///
/// `exception.type` is the Rust type of the error, or `error` for a `&str` or `String`;
/// `exception.message` is its [`Display`] text, truncated to 8 KiB. The same error in the same trace
/// is recorded once in 5 s, and at most 60 errors a minute.
///
/// Use it where an error is handled and would otherwise leave no trace. These are recorded without it:
/// uncaught JavaScript errors, unhandled rejections and panics (feature `errors`), failed requests of
/// [`fetch`](crate::fetch) on the span of the request, and errors that an action of `otel-web-yew`
/// returns. With a handle but without the context, use
/// [`Action::record_error`](crate::Action::record_error).
///
/// # Examples
///
/// ## A handler that shows its error
///
/// ```no_run
/// # use otel_web::fetch::{Error, Request};
/// # fn show_message(_: &str) {}
/// async fn save() -> Result<(), Error> {
///     Request::post("/api/drafts").send().await?;
///     Ok(())
/// }
///
/// otel_web::action("draft.save").start().run(async {
///     if let Err(error) = save().await {
///         show_message("Your draft was not saved.");
///         otel_web::record_error(error);
///     }
/// });
/// ```
///
/// ## An error that is a text
///
/// ```no_run
/// # let stock = 0;
/// if stock == 0 {
///     otel_web::record_error("no more tea");
/// }
/// ```
pub fn record_error<E: Display>(error: E) {
    let exception = Exception::new(type_of::<E>(), error.to_string());
    exception.record_on(&current());
}
