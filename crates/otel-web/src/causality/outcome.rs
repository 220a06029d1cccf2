//! The results of handlers and loads.

use std::fmt::Display;

use crate::causality::record_error::record_error;

/// The output of a future whose errors are recorded: see [`recorded`].
///
/// Implemented for `()`, and for [`Result`] with any error that implements [`Display`].
pub trait Outcome {
    /// Records the error on the [current](crate::current) span, if there is one.
    fn record(&self);
}

impl Outcome for () {
    fn record(&self) {}
}

impl<T, E: Display> Outcome for Result<T, E> {
    fn record(&self) {
        if let Err(error) = self {
            record_error(error);
        }
    }
}

/// Awaits a future, records its error on the span that is [current](crate::current) then, and returns
/// its output.
///
/// A handler can then use `?` and needs no telemetry code of its own.
///
/// # Examples
///
/// ## A click whose error is recorded
///
/// ```no_run
/// use otel_web::fetch::{Error, Request};
///
/// async fn sign_out() -> Result<(), Error> {
///     Request::delete("/api/session").send().await?;
///     Ok(())
/// }
///
/// // The handler of a click.
/// fn on_click() {
///     otel_web::action("session.end").start().run(async {
///         otel_web::recorded(sign_out()).await.ok();
///     });
/// }
/// ```
pub async fn recorded<T: Outcome>(future: impl Future<Output = T>) -> T {
    let output = future.await;
    output.record();
    output
}
