//! How an action's work may end.

use std::fmt::Display;

/// What the future of an action or load may return: nothing, or a result whose error is recorded on
/// the span.
pub trait Outcome {
    /// The error's text, if it is one.
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

/// Runs to the end and records what went wrong on the span that is current then.
pub(crate) async fn recorded<T: Outcome>(work: impl Future<Output = T>) {
    if let Some(error) = work.await.error() {
        otel_web::record_error(error);
    }
}
