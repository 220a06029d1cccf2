//! The tracer provider.

use opentelemetry::InstrumentationScope;

use crate::Tracer;

/// Creates [`Tracer`]s. [`install`](crate::Builder::install) makes it the global provider, so
/// `opentelemetry::global::tracer("…")` works everywhere, also in libraries.
///
/// # Example: a custom span
///
/// ```no_run
/// use opentelemetry::global;
/// use opentelemetry::trace::Tracer;
///
/// fn layout() { /* … */ }
///
/// // A child of the current action, or else the root of a new trace.
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
