//! The tracer: starts the spans of one instrumentation scope.

use opentelemetry::trace::{SpanBuilder, SpanContext, SpanKind, TraceContextExt};
use opentelemetry::{Context, InstrumentationScope};

use crate::core::clock::from_system_time;
use crate::trace::active_spans::ActiveSpan;
use crate::trace::dispatch;
use crate::trace::pipeline::{self, NewSpan, Pipeline, Started};
use crate::trace::span::Span;

/// Starts spans for one instrumentation scope: a library, or a part of the application.
///
/// Returned by [`TracerProvider`](crate::TracerProvider). Its methods are those of
/// [`opentelemetry::trace::Tracer`]; import that trait to use them.
///
/// # Parents
///
/// A span starts below the given context, or below [`Context::current`] for methods without one. If
/// that has no span, but the listeners of a DOM event are running, the span starts below the action of
/// that event. Otherwise it becomes the root of a new trace.
///
/// In a suppressed context ([`Context::enter_telemetry_suppressed_scope`]), the span is not recorded.
///
/// # Examples
///
/// ## A step inside an action
///
/// ```no_run
/// use opentelemetry::global;
/// use opentelemetry::trace::Tracer;
/// # fn sort_rows() {}
///
/// otel_web::action("table.sort").start().run(async {
///     global::tracer("table").in_span("sort rows", |_cx| sort_rows());
/// });
/// ```
#[derive(Clone, Debug)]
pub struct Tracer {
    scope: usize,
}

impl Tracer {
    pub(crate) fn new(scope: InstrumentationScope) -> Self {
        let index = pipeline::with(|pipeline| pipeline.scope_index(scope));
        Self {
            scope: index.unwrap_or(pipeline::OWN_SCOPE),
        }
    }
}

impl opentelemetry::trace::Tracer for Tracer {
    type Span = Span;

    fn build_with_context(&self, builder: SpanBuilder, parent_cx: &Context) -> Span {
        let event_action = if parent_cx.has_active_span() {
            None
        } else {
            dispatch::of_current_event()
        };
        let parent_cx = event_action.as_ref().unwrap_or(parent_cx);
        let span = parent_cx.span();
        let parent = span.span_context();
        let started = if parent_cx.is_telemetry_suppressed() {
            None
        } else {
            pipeline::with(|pipeline| start(pipeline, builder, parent, self.scope))
        };
        // A span that is not recorded passes its parent's context on.
        started.map_or_else(|| Span::not_recorded(parent.clone()), Span::new)
    }
}

/// Starts the span, and sets what the builder has.
fn start(
    pipeline: &mut Pipeline,
    mut builder: SpanBuilder,
    parent: &SpanContext,
    scope: usize,
) -> Started {
    let started = pipeline.start(NewSpan {
        scope,
        ..NewSpan::own(
            std::mem::take(&mut builder.name),
            builder.span_kind.take().unwrap_or(SpanKind::Internal),
            parent,
        )
    });
    if let Some(span) = pipeline.active_span(started.key) {
        fill(span, &builder);
    }
    started
}

fn fill(ActiveSpan { record, .. }: &mut ActiveSpan, builder: &SpanBuilder) {
    if let Some(time) = builder.start_time {
        record.start = from_system_time(time);
    }
    record
        .attributes
        .set_all(builder.attributes.iter().flatten());
    for event in builder.events.iter().flatten() {
        let attributes = (&event.attributes[..], event.dropped_attributes_count);
        record.add_event(&event.name, from_system_time(event.timestamp), attributes);
    }
    for link in builder.links.iter().flatten() {
        let attributes = (&link.attributes[..], link.dropped_attributes_count);
        record.add_link(&link.span_context, attributes);
    }
}
