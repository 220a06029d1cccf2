//! The spans of service operations.

use opentelemetry::{
    Context, KeyValue,
    context::FutureExt,
    global,
    trace::{SpanKind, Status, TraceContextExt, Tracer},
};

use crate::Error;

/// A service operation: the tracer and the name of its span.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation {
    tracer: &'static str,
    name: &'static str,
}

impl Operation {
    pub(crate) const fn new(tracer: &'static str, name: &'static str) -> Self {
        Self { tracer, name }
    }

    /// Runs the future in the operation's span.
    ///
    /// The span's status is an error only if the server is at fault. A crud that is too long, for
    /// example, is not a failure of the service.
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
                .set_status(Status::error(failure.cause.to_string()));
            context
                .span()
                .set_attribute(KeyValue::new("error.type", failure.kind));
        }
        context.span().end();
        result
    }
}

/// Work that a request causes, and whose end the response does not wait for.
///
/// Its span belongs to the trace of the request, and may end after the request's spans. Its kind is
/// CONSUMER, as that of work that waited in a queue.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BackgroundOperation {
    tracer: &'static str,
    name: &'static str,
}

impl BackgroundOperation {
    pub(crate) const fn new(tracer: &'static str, name: &'static str) -> Self {
        Self { tracer, name }
    }

    /// Runs the future in the operation's span. Each error is the server's fault.
    pub(crate) async fn run<T, E: std::error::Error>(
        self,
        future: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let tracer = global::tracer(self.tracer);
        let span = tracer.span_builder(self.name).with_kind(SpanKind::Consumer);
        let context = Context::current_with_span(span.start(&tracer));
        let result = future.with_context(context.clone()).await;
        if let Err(error) = &result {
            context.span().set_status(Status::error(error.to_string()));
        }
        context.span().end();
        result
    }
}

/// Sets an attribute of the current span.
pub(crate) fn set_attribute(attribute: KeyValue) {
    Context::map_current(|context| context.span().set_attribute(attribute));
}

/// Sets the handle of the signed-in account on the current span.
pub(crate) fn set_user_handle(handle: &str) {
    set_attribute(KeyValue::new("app.user_handle", handle.to_owned()));
}
