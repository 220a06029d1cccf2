//! The tracer provider.

use opentelemetry::InstrumentationScope;

use crate::trace::tracer::Tracer;

/// Creates [`Tracer`]s.
///
/// [`Telemetry::set_global`](crate::Telemetry::set_global) sets it as the global provider, so most code uses
/// [`opentelemetry::global::tracer`] and never names this type. Use it directly to pass a provider to a
/// library, or in native tests (feature `testing`).
///
/// Before `install`, and where telemetry is off, its tracers return spans that record nothing.
///
/// # Examples
///
/// ## A span of your own
///
/// ```no_run
/// use opentelemetry::global;
/// use opentelemetry::trace::Tracer;
/// # fn layout() {}
///
/// // Below the running action, or a trace of its own.
/// global::tracer("shop").in_span("cart.layout", |_cx| layout());
/// ```
///
/// ## A span with attributes across an `.await`
///
/// The span ends when the last clone of its context is dropped.
///
/// ```no_run
/// use opentelemetry::global;
/// use opentelemetry::trace::{TraceContextExt, Tracer};
/// use otel_web::{Context, KeyValue};
/// # async fn decode(_: &[u8]) {}
///
/// async fn import(file: &[u8]) {
///     let tracer = global::tracer("shop");
///     let span = tracer
///         .span_builder("cart.import")
///         .with_attributes([KeyValue::new("file.size", file.len() as i64)])
///         .start_with_context(&tracer, &otel_web::current());
///     let context = Context::current_with_span(span);
///     otel_web::with_context(context, decode(file)).await;
/// }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct TracerProvider {
    _private: (),
}

impl opentelemetry::trace::TracerProvider for TracerProvider {
    type Tracer = Tracer;

    fn tracer_with_scope(&self, scope: InstrumentationScope) -> Tracer {
        Tracer::new(scope)
    }
}
