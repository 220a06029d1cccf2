//! The span of a service operation.

use opentelemetry::{
    Context, KeyValue,
    context::FutureExt,
    global,
    trace::{Status, TraceContextExt, Tracer},
};

use crate::{Error, services::User};

/// A service operation: which tracer opens its span, and the span's name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation {
    tracer: &'static str,
    name: &'static str,
}

impl Operation {
    pub(crate) const fn new(tracer: &'static str, name: &'static str) -> Self {
        Self { tracer, name }
    }

    /// Runs the future inside the operation's span. Only a fault of ours makes the span an error:
    /// that a crud is too long is no failure of the service.
    pub(crate) async fn run<T>(
        self,
        future: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let span = global::tracer(self.tracer).start(self.name);
        let context = Context::current_with_span(span);
        let result = future.with_context(context.clone()).await;
        if let Err(Error::Failed(failure)) = &result {
            context
                .span()
                .set_status(Status::error(failure.message.to_string()));
            context
                .span()
                .set_attribute(KeyValue::new("error.type", failure.kind));
        }
        context.span().end();
        result
    }
}

/// Adds an attribute to the current span.
pub(crate) fn note(attribute: KeyValue) {
    Context::map_current(|context| context.span().set_attribute(attribute));
}

/// Adds who is acting to the current span.
pub(crate) fn note_user(user: &User) {
    note(KeyValue::new("app.user_handle", user.handle.clone()));
}
