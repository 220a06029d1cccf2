//! Where spans of one instrumentation scope start.

use opentelemetry::trace::{SpanBuilder, SpanContext, TraceContextExt};
use opentelemetry::{Context, InstrumentationScope};

use crate::{Span, action, pipeline};

/// Starts spans for one instrumentation scope: a library, or a part of the application.
#[derive(Clone, Debug)]
pub struct Tracer {
    scope: usize,
}

impl Tracer {
    pub(crate) fn new(scope: InstrumentationScope) -> Self {
        let number = pipeline::with(|pipeline| pipeline.scope_number(scope));
        Self {
            scope: number.unwrap_or(pipeline::OWN_SCOPE),
        }
    }

    /// For the spans that this crate makes by itself.
    pub(crate) const fn own() -> Self {
        Self {
            scope: pipeline::OWN_SCOPE,
        }
    }
}

impl opentelemetry::trace::Tracer for Tracer {
    type Span = Span;

    fn build_with_context(&self, builder: SpanBuilder, parent_cx: &Context) -> Span {
        if parent_cx.has_active_span() {
            let parent = parent_cx.span().span_context().clone();
            return self.start(builder, Some(&parent), parent_cx);
        }
        let event_action = action::of_current_event();
        let event_span = event_action
            .as_ref()
            .map(|cx| cx.span().span_context().clone());
        self.start(builder, event_span.as_ref(), parent_cx)
    }
}

impl Tracer {
    fn start(&self, builder: SpanBuilder, parent: Option<&SpanContext>, cx: &Context) -> Span {
        if cx.is_telemetry_suppressed() {
            return not_recorded(parent);
        }
        let started = pipeline::with(|pipeline| pipeline.start(builder, parent, self.scope, None));
        match started {
            Some((context, ticket)) => Span::new(context, ticket),
            None => not_recorded(parent),
        }
    }
}

/// The trace goes on through this span as if it were not there.
fn not_recorded(parent: Option<&SpanContext>) -> Span {
    Span::new(parent.cloned().unwrap_or(SpanContext::NONE), None)
}
