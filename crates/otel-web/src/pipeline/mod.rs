//! The way of a span: started, kept open, ended, encoded, queued. One pipeline per thread, that is
//! one per page or worker.
//!
//! **Invariant:** nothing calls out of this module while the pipeline is borrowed. Dropping a
//! `Context` may end a span, which borrows it again.

mod start;

use opentelemetry::trace::TraceContextExt;
use opentelemetry::{Context, InstrumentationScope};

use crate::active_spans::{ActiveSpan, ActiveSpans, SpanKey};
use crate::clock::Anchor;
use crate::deferred_spans::DeferredSpans;
use crate::ended_span::Hook;
use crate::export::{self, EncodedSpan, Queue, Reason};
use crate::id::IdGenerator;
#[cfg(feature = "frustration")]
use crate::instrument;
use crate::otlp::{self, AnyValue};
use crate::record::SpanRecord;
use crate::sampler::Sampler;
use crate::slot::{self, Slot};
use crate::{action, platform};

pub(crate) use start::{NewSpan, Started};

thread_local! {
    static PIPELINE: Slot<Pipeline> = const { Slot::new(None) };
}

pub(crate) struct Pipeline {
    pub(crate) active: ActiveSpans,
    pub(crate) queue: Queue,
    pub(crate) deferred: DeferredSpans,
    pub(crate) scopes: Vec<InstrumentationScope>,
    pub(crate) sampler: Sampler,
    /// Sees each span before it is queued. While it does, the pipeline is in use: what it might
    /// start or end by itself would not be recorded.
    pub(crate) hook: Option<Hook>,
    ids: IdGenerator,
    pub(crate) anchor: Anchor,
}

/// The scope of the spans that this crate makes by itself.
pub(crate) const OWN_SCOPE: usize = 0;

fn own_scope() -> InstrumentationScope {
    InstrumentationScope::builder("otel-web")
        .with_version(env!("CARGO_PKG_VERSION"))
        .build()
}

/// Starts collecting. Before this, and where it never happens, spans are not recorded.
pub(crate) fn install(sampler: Sampler, queue_capacity: usize) {
    let pipeline = Pipeline {
        active: ActiveSpans::default(),
        queue: Queue::new(queue_capacity),
        deferred: DeferredSpans::default(),
        scopes: vec![own_scope()],
        sampler,
        hook: None,
        ids: IdGenerator::new(),
        anchor: Anchor::new(platform::time_origin_ms()),
    };
    slot::put(&PIPELINE, Box::new(pipeline));
}

/// `None` when telemetry is off, or the pipeline is in use further up the stack: a panic hook may
/// find it so, and telemetry must not turn one panic into two.
pub(crate) fn with<R>(f: impl FnOnce(&mut Pipeline) -> R) -> Option<R> {
    if cfg!(feature = "off") {
        return None;
    }
    slot::with(&PIPELINE, f)
}

/// Changes a span that is still open; does nothing once it has ended.
pub(crate) fn edit(key: Option<SpanKey>, f: impl FnOnce(&mut ActiveSpan)) {
    with(|pipeline| pipeline.active_span(key).map(f));
}

/// Sets an attribute of a context's span, found by its id: whoever holds the context may be using it.
pub(crate) fn annotate<'a>(context: &Context, key: &str, value: impl Into<AnyValue<'a>>) {
    annotate_any(context, key, value.into());
}

#[inline(never)]
fn annotate_any(context: &Context, key: &str, value: AnyValue<'_>) {
    edit(key_of(context), |span| {
        span.record.attributes.set(key, value);
    });
}

/// The open span of a context.
pub(crate) fn key_of(context: &Context) -> Option<SpanKey> {
    let span_id = context.span().span_context().span_id();
    with(|pipeline| pipeline.active.find(span_id)).flatten()
}

/// Ends a span and hands it to the exporter. Ending twice is harmless.
pub(crate) fn end(key: SpanKey, at: EndTime) {
    if let Some(Some(ended)) = with(|pipeline| pipeline.end(key, at)) {
        release(ended.released);
        export::span_ended(ended);
    }
}

/// Ends a span now; a root tells how it came to its end.
pub(crate) fn end_with_outcome(key: SpanKey, outcome: &str, now_ms: f64) {
    edit(Some(key), |span| {
        if span.record.is_local_root() {
            span.record.attributes.set("app.action.outcome", outcome);
        }
    });
    end(key, EndTime::Monotonic(now_ms));
}

/// Ends the spans that match, children first. Roots tell how they came to their end.
pub(crate) fn end_all(matches: &dyn Fn(&ActiveSpan) -> bool, outcome: &str) {
    let now_ms = platform::monotonic_ms();
    let open = with(|pipeline| pipeline.active.matching(matches)).unwrap_or_default();
    for key in open {
        end_with_outcome(key, outcome, now_ms);
    }
}

/// Gives up one hold of an action. After the last, the action ends with the next frame, and then
/// what holds the action itself may go.
pub(crate) fn release(mut owner: Option<SpanKey>) {
    while let Some(key) = owner
        && with(|pipeline| pipeline.active.release(key)) == Some(true)
    {
        action::end_after_next_frame(key);
        owner = with(|pipeline| pipeline.active.get_mut(key)?.owner).flatten();
    }
}

/// When a span ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum EndTime {
    Now,
    At(std::time::SystemTime),
    /// On the monotonic clock.
    Monotonic(f64),
}

/// What the exporter's timing depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended {
    pub(crate) is_local_root: bool,
    /// Something may still be learned about spans of its trace.
    pub(crate) is_deferred: bool,
    /// What a span held that was ended before its handles were gone.
    released: Option<SpanKey>,
}

impl Pipeline {
    pub(crate) fn active_span(&mut self, key: Option<SpanKey>) -> Option<&mut ActiveSpan> {
        self.active.get_mut(key?)
    }

    /// The number by which spans refer to their instrumentation scope. Scopes of one name, version
    /// and schema are one.
    pub(crate) fn scope_number(&mut self, scope: InstrumentationScope) -> usize {
        let is_it = |known: &InstrumentationScope| {
            known.name() == scope.name()
                && known.version() == scope.version()
                && known.schema_url() == scope.schema_url()
        };
        if let Some(number) = self.scopes.iter().position(is_it) {
            return number;
        }
        self.scopes.push(scope);
        self.scopes.len() - 1
    }

    fn end(&mut self, key: SpanKey, at: EndTime) -> Option<Ended> {
        let mut span = self.active.remove(key)?;
        let end = match at {
            EndTime::Now => span.anchor.now(),
            EndTime::At(time) => span.anchor.sharpen(time),
            EndTime::Monotonic(ms) => span.anchor.unix_nanos(ms),
        };
        span.record.end = end.max(span.record.start);
        #[cfg(feature = "frustration")]
        instrument::frustration::ended(&mut span);
        let is_local_root = span.record.is_local_root();
        let trace_id = span.record.context.trace_id();
        let ended = Ended {
            is_local_root,
            is_deferred: span.is_deferred || is_local_root && self.deferred.is_of(trace_id),
            released: span.owner.filter(|_| span.ref_count > 0),
        };
        let record = if span.is_deferred {
            self.deferred.keep(span.record)
        } else {
            Some(span.record)
        };
        if let Some(record) = record {
            self.enqueue(record);
        }
        Some(ended)
    }

    pub(crate) fn enqueue(&mut self, mut record: SpanRecord) {
        if self
            .hook
            .as_ref()
            .is_some_and(|hook| !hook.passes(&mut record))
        {
            self.queue.dropped.count(Reason::Discarded, 1);
            return;
        }
        self.queue.push(EncodedSpan {
            bytes: otlp::encode_span(&record),
            scope: record.scope,
            is_error: record.is_error(),
        });
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
