//! A propagator for code that uses those of the API.

use std::sync::OnceLock;

use opentelemetry::Context;
use opentelemetry::propagation::text_map_propagator::FieldIter;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry::trace::{SpanContext, TraceContextExt};

use crate::core::propagation::traceparent::{parse_traceparent, traceparent, tracestate};

/// Injects and extracts `traceparent` and `tracestate`, for code that uses
/// [`get_text_map_propagator`](opentelemetry::global::get_text_map_propagator).
///
/// [`install`](crate::Builder::install) does not set it, so that only pages that need it download its code.
/// It ignores [`Builder::propagate_to`](crate::Builder::propagate_to): the code that injects the headers
/// decides where they are sent.
///
/// # Examples
///
/// ## Setting the global propagator
///
/// ```
/// use otel_web::propagation::TraceContextPropagator;
///
/// opentelemetry::global::set_text_map_propagator(TraceContextPropagator::default());
/// ```
///
/// ## Extracting a parent
///
/// ```
/// use std::collections::HashMap;
///
/// use opentelemetry::propagation::TextMapPropagator;
/// use opentelemetry::trace::TraceContextExt;
/// use otel_web::propagation::TraceContextPropagator;
///
/// let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
/// let carrier = HashMap::from([("traceparent".to_owned(), header.to_owned())]);
/// let context = TraceContextPropagator::default().extract(&carrier);
/// assert!(context.span().span_context().is_sampled());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct TraceContextPropagator {
    _private: (),
}

impl TextMapPropagator for TraceContextPropagator {
    fn inject_context(&self, context: &Context, injector: &mut dyn Injector) {
        let span = context.span();
        let span_context = span.span_context();
        if span_context.is_valid() {
            injector.set("traceparent", traceparent(span_context));
            injector.set("tracestate", tracestate(span_context.trace_state()));
        }
    }

    fn extract_with_context(&self, context: &Context, extractor: &dyn Extractor) -> Context {
        let parent = extractor.get("traceparent").and_then(parse_traceparent);
        let Some(parent) = parent else {
            return context.clone();
        };
        // A malformed trace state is dropped, and the parent is kept.
        let state = extractor
            .get("tracestate")
            .and_then(|state| state.parse().ok());
        context.with_remote_span_context(SpanContext::new(
            parent.trace_id(),
            parent.span_id(),
            parent.trace_flags(),
            true,
            state.unwrap_or_default(),
        ))
    }

    fn fields(&self) -> FieldIter<'_> {
        static FIELDS: OnceLock<[String; 2]> = OnceLock::new();
        let fields = || ["traceparent".to_owned(), "tracestate".to_owned()];
        FieldIter::new(FIELDS.get_or_init(fields))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn extracted_headers_are_injected_unchanged() {
        let mut carrier = HashMap::from([
            (
                "traceparent".to_owned(),
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03".to_owned(),
            ),
            ("tracestate".to_owned(), "ot=th:c,other=1".to_owned()),
        ]);
        let original = carrier.clone();
        let propagator = TraceContextPropagator::default();
        let context = propagator.extract_with_context(&Context::new(), &carrier);
        carrier.clear();
        propagator.inject_context(&context, &mut carrier);
        assert_eq!(carrier, original);
    }

    #[test]
    fn malformed_traceparent_leaves_the_context_unchanged() {
        let carrier = HashMap::from([("traceparent".to_owned(), "nonsense".to_owned())]);
        let propagator = TraceContextPropagator::default();
        let context = propagator.extract_with_context(&Context::new(), &carrier);
        assert!(!context.has_active_span());
    }
}
