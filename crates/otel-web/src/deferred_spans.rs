//! Spans that have ended and are not encoded yet, because something may still be learned about them.
//!
//! The browser tells a request's network timings, and how long the user waited for the frame that
//! answered a click, in a task after the span has ended. Such spans wait here until their batch is
//! sealed, which is when they would have left anyway.

use opentelemetry::trace::{SpanId, TraceId};

use crate::pipeline::Pipeline;
use crate::platform;
use crate::record::SpanRecord;

/// When more spans than this end at once, the rest goes without.
const MOST: usize = 128;

/// At least as long, though another action's spans leave earlier; a little less than an exporter
/// waits after an action.
const SHORTEST_MS: f64 = 25.0;

/// As long as the action goes on, for its trace is not complete before anyway: a request's timings
/// come when its body has, which may be long after its headers. No longer, lest a crash takes it.
const LONGEST_MS: f64 = 1_000.0;

#[derive(Debug, Default)]
pub(crate) struct DeferredSpans(Vec<Ended>);

/// What is left of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeferredState {
    None,
    /// Only spans of actions that go on; when those end, the exporter hears of it.
    Open,
    Over,
}

#[derive(Debug)]
struct Ended {
    record: SpanRecord,
    at_ms: f64,
}

impl DeferredSpans {
    /// Gives the span back when too many wait already.
    pub(crate) fn keep(&mut self, record: SpanRecord) -> Option<SpanRecord> {
        if self.0.len() >= MOST {
            return Some(record);
        }
        let at_ms = platform::monotonic_ms();
        self.0.push(Ended { record, at_ms });
        None
    }

    /// Whether a span of the trace is among them.
    pub(crate) fn is_of(&self, trace_id: TraceId) -> bool {
        let mut records = self.0.iter().map(|ended| &ended.record);
        records.any(|record| record.context.trace_id() == trace_id)
    }

    #[cfg(any(
        feature = "frustration",
        feature = "resource-timing",
        feature = "web-vitals"
    ))]
    pub(crate) fn find(&mut self, span_id: SpanId) -> Option<&mut SpanRecord> {
        let mut records = self.0.iter_mut().map(|ended| &mut ended.record);
        records.find(|record| record.context.span_id() == span_id)
    }
}

impl Pipeline {
    /// Whether any span has ended and is not queued yet.
    pub(crate) fn deferred_state(&self) -> DeferredState {
        let mut ended = self.deferred.0.iter();
        match ended.next() {
            None => DeferredState::None,
            Some(first) if ended.chain([first]).all(|ended| self.goes_on(ended)) => {
                DeferredState::Open
            }
            Some(_) => DeferredState::Over,
        }
    }

    /// A span that is open, or has ended and lingers.
    #[cfg(any(feature = "resource-timing", feature = "web-vitals"))]
    pub(crate) fn record_mut(&mut self, span_id: SpanId) -> Option<&mut SpanRecord> {
        match self.active.find(span_id) {
            Some(key) => Some(&mut self.active.get_mut(key)?.record),
            None => self.deferred.find(span_id),
        }
    }

    /// The roots of the actions that are open, and of those that have ended and linger.
    #[cfg(any(feature = "long-animation-frames", feature = "web-vitals"))]
    pub(crate) fn for_each_root(&mut self, tell: &mut dyn FnMut(&mut SpanRecord)) {
        let actions = self.active.iter_mut().filter(|span| span.action.is_some());
        let open = actions.map(|span| &mut span.record);
        let ended = self.deferred.0.iter_mut().map(|ended| &mut ended.record);
        for record in open.chain(ended) {
            if record.is_local_root() {
                tell(record);
            }
        }
    }

    /// Queues the spans that linger.
    pub(crate) fn flush_deferred(&mut self) {
        self.flush_deferred_except(&|_, _| false);
    }

    /// Queues those that have waited long enough, and are not to stay.
    pub(crate) fn flush_due_deferred(&mut self, stays: &dyn Fn(SpanId) -> bool) {
        let now = platform::monotonic_ms();
        self.flush_deferred_except(&|pipeline, ended| {
            let age_ms = now - ended.at_ms;
            age_ms < SHORTEST_MS
                || age_ms < LONGEST_MS && pipeline.goes_on(ended)
                || stays(ended.record.context.span_id())
        });
    }

    fn goes_on(&self, ended: &Ended) -> bool {
        let trace_id = ended.record.context.trace_id();
        self.active.local_root_of(trace_id).is_some()
    }

    fn flush_deferred_except(&mut self, stays: &dyn Fn(&Self, &Ended) -> bool) {
        for ended in std::mem::take(&mut self.deferred.0) {
            if stays(self, &ended) {
                self.deferred.0.push(ended);
            } else {
                self.enqueue(ended.record);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::Context;
    use opentelemetry::trace::{TraceContextExt, Tracer, TracerProvider as _};

    use super::*;
    use crate::TracerProvider;
    use crate::pipeline::{edit, install, key_of, with};
    use crate::sampler::Sampler;

    fn released() -> usize {
        with(|pipeline| {
            pipeline.flush_due_deferred(&|_| false);
            pipeline.queue.take_batch(usize::MAX).len()
        })
        .unwrap()
    }

    fn age_by(ms: f64) {
        with(|pipeline| pipeline.deferred.0[0].at_ms -= ms);
    }

    #[test]
    fn a_request_waits_for_its_timings_while_its_action_goes_on_but_not_for_ever() {
        install(Sampler::with_ratio(1.0), 2048);
        let tracer = TracerProvider::default().tracer("test");
        let action = Context::new().with_span(tracer.start("action"));
        let end_request = || {
            let request = tracer.start_with_context("request", &action);
            let request = Context::new().with_span(request);
            edit(key_of(&request), |open| open.is_deferred = true);
            request.span().end();
        };
        end_request();
        age_by(SHORTEST_MS);
        assert_eq!(released(), 0);
        assert_eq!(
            with(|pipeline| pipeline.deferred_state()),
            Some(DeferredState::Open)
        );
        age_by(LONGEST_MS);
        assert_eq!(released(), 1);
        end_request();
        action.span().end();
        assert_eq!(
            with(|pipeline| pipeline.deferred_state()),
            Some(DeferredState::Over)
        );
        age_by(SHORTEST_MS);
        assert_eq!(released(), 2);
    }
}
