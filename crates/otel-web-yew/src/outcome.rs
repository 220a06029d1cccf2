//! The results of handlers and loads.

use std::fmt::Display;

/// The output of the future of an action or a load.
///
/// Implemented for `()`, and for `Result<(), E>` with any `E` that implements [`Display`]. The error of
/// a result is recorded on the span, so a handler can use `?` and needs no telemetry code of its own.
///
/// # Examples
///
/// ## A handler that returns its error
///
/// ```no_run
/// use otel_web::fetch::{Error, Request};
///
/// async fn sign_out() -> Result<(), Error> {
///     Request::delete("/api/session").send().await?;
///     Ok(())
/// }
/// ```
pub trait Outcome {
    /// Returns the text of the error, if there is one.
    fn error(self) -> Option<String>;
}

impl Outcome for () {
    fn error(self) -> Option<String> {
        None
    }
}

impl<E: Display> Outcome for Result<(), E> {
    fn error(self) -> Option<String> {
        self.err().map(|error| error.to_string())
    }
}

/// Awaits `work`, and records its error on the span that is current then.
pub(crate) async fn recorded<T: Outcome>(work: impl Future<Output = T>) {
    if let Some(error) = work.await.error() {
        otel_web::record_error(error);
    }
}
