//! What the API crate asks for tracers.

use opentelemetry::InstrumentationScope;

use crate::Tracer;

/// Gives out [`Tracer`]s. [`Telemetry::install`](crate::Builder::install) makes it the global one,
/// so `opentelemetry::global::tracer("…")` works everywhere.
///
/// # Example: a span of your own
///
/// ```no_run
/// use opentelemetry::global;
/// use opentelemetry::trace::Tracer;
///
/// fn layout() { /* … */ }
///
/// // Below the action that is under way, or a trace of its own.
/// global::tracer("shop").in_span("cart.layout", |_cx| layout());
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
