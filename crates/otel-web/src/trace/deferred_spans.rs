//! Spans that have ended and are not encoded yet, because they may still change.
//!
//! The browser reports a request's network timings, and how long the user waited for the frame that
//! answered a click, in a task after the span has ended. Such spans wait here until their batch is
//! built, so deferring them does not delay their export.

#[cfg(any(feature = "resource-timing", feature = "web-vitals"))]
use opentelemetry::trace::SpanId;
use opentelemetry::trace::TraceId;

use crate::browser::platform;
use crate::core::record::SpanRecord;

/// When more spans than this wait, further ones are encoded at once, without later changes.
const MAX_DEFERRED_SPANS: usize = 128;

/// How long a span waits at least, even if another action's spans leave earlier. Slightly less than
/// the exporter waits after an action.
const MIN_DEFER_MS: f64 = 25.0;

/// How long a span waits at most. Until then it waits while its action is active: a request's
/// timings come after its body, which may be long after its headers. The limit bounds what a crash
/// of the page can lose.
const MAX_DEFER_MS: f64 = 1_000.0;

#[derive(Debug, Default)]
pub(crate) struct DeferredSpans(Vec<DeferredSpan>);

/// Whether spans are deferred, and what they wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeferredState {
    Empty,
    /// All belong to active traces. The exporter is notified when those end.
    TracesActive,
    /// At least one belongs to a trace that has ended.
    TraceEnded,
}

#[derive(Debug)]
struct DeferredSpan {
    record: SpanRecord,
    ended_ms: f64,
}

impl DeferredSpan {
    fn trace_id(&self) -> TraceId {
        self.record.context.trace_id()
    }
}

impl DeferredSpans {
    /// Defers a span. Returns it when [`MAX_DEFERRED_SPANS`] wait already.
    pub(crate) fn push(&mut self, record: SpanRecord) -> Option<SpanRecord> {
        if self.0.len() >= MAX_DEFERRED_SPANS {
            return Some(record);
        }
        let ended_ms = platform::monotonic_ms();
        self.0.push(DeferredSpan { record, ended_ms });
        None
    }

    pub(crate) fn has_span_of(&self, trace_id: TraceId) -> bool {
        self.0.iter().any(|span| span.trace_id() == trace_id)
    }

    #[cfg(any(feature = "resource-timing", feature = "web-vitals"))]
    pub(crate) fn find(&mut self, span_id: SpanId) -> Option<&mut SpanRecord> {
        self.iter_mut()
            .find(|record| record.context.span_id() == span_id)
    }

    #[cfg(any(
        feature = "long-animation-frames",
        feature = "resource-timing",
        feature = "web-vitals"
    ))]
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut SpanRecord> {
        self.0.iter_mut().map(|span| &mut span.record)
    }

    /// `is_active` tells whether a trace has an active root.
    pub(crate) fn state(&self, is_active: &dyn Fn(TraceId) -> bool) -> DeferredState {
        if self.0.is_empty() {
            DeferredState::Empty
        } else if self.0.iter().all(|span| is_active(span.trace_id())) {
            DeferredState::TracesActive
        } else {
            DeferredState::TraceEnded
        }
    }

    /// Removes and returns the oldest span that has waited long enough at `now_ms`. `is_active` returns
    /// whether a trace has an active root.
    pub(crate) fn take_due(
        &mut self,
        now_ms: f64,
        is_active: &dyn Fn(TraceId) -> bool,
    ) -> Option<SpanRecord> {
        let index = self.0.iter().position(|span| {
            let age_ms = now_ms - span.ended_ms;
            age_ms >= MAX_DEFER_MS || age_ms >= MIN_DEFER_MS && !is_active(span.trace_id())
        })?;
        Some(self.0.remove(index).record)
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::Context;
    use opentelemetry::trace::{TraceContextExt, Tracer, TracerProvider as _};

    use super::*;
    use crate::core::sampler::Sampler;
    use crate::trace::pipeline::{edit, install, key_of, with};
    use crate::trace::provider::TracerProvider;

    fn flushed() -> usize {
        with(|pipeline| {
            pipeline.flush_due_deferred();
            pipeline.queue.take_batch(usize::MAX).len()
        })
        .unwrap()
    }

    fn age_by(ms: f64) {
        with(|pipeline| pipeline.deferred.0[0].ended_ms -= ms);
    }

    fn state() -> Option<DeferredState> {
        with(|pipeline| pipeline.deferred_state())
    }

    #[test]
    fn deferred_request_waits_while_its_action_is_active_up_to_a_limit() {
        install(Sampler::with_ratio(1.0), 2048);
        let tracer = TracerProvider::default().tracer("test");
        let action = Context::new().with_span(tracer.start("action"));
        let end_request = || {
            let request = tracer.start_with_context("request", &action);
            let request = Context::new().with_span(request);
            edit(key_of(&request), |span| span.is_deferred = true);
            request.span().end();
        };
        end_request();
        age_by(MIN_DEFER_MS);
        assert_eq!(flushed(), 0);
        assert_eq!(state(), Some(DeferredState::TracesActive));
        age_by(MAX_DEFER_MS);
        assert_eq!(flushed(), 1);
        end_request();
        action.span().end();
        assert_eq!(state(), Some(DeferredState::TraceEnded));
        age_by(MIN_DEFER_MS);
        assert_eq!(flushed(), 2);
    }
}
