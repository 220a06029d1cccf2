//! The life of a span: started, active, ended, perhaps deferred, encoded, queued. There is one
//! pipeline per thread, which means one per page or worker.
//!
//! **Invariant:** nothing calls out of this module while the pipeline is borrowed. Dropping a
//! `Context` may end a span, which borrows it again.

use std::borrow::Cow;

#[cfg(any(feature = "resource-timing", feature = "web-vitals"))]
use opentelemetry::trace::SpanId;
use opentelemetry::trace::{SpanContext, SpanKind, Status, TraceContextExt, TraceId, TraceState};
use opentelemetry::{Context, InstrumentationScope};

use crate::browser::platform;
use crate::core::clock::{Anchor, UnixNanos};
use crate::core::drops::DropReason;
use crate::core::id::{self, IdGenerator};
use crate::core::otlp::attributes::{self, AnyValue, Attributes};
use crate::core::otlp::encode;
use crate::core::otlp::writer::Writer;
use crate::core::record::{Count, SpanRecord};
use crate::core::sampler::Sampler;
use crate::core::slot::{self, Slot};
use crate::trace::active_spans::{ActionState, ActiveSpan, ActiveSpans, SpanKey};
use crate::trace::deferred_spans::{DeferredSpans, DeferredState};
use crate::trace::ended::Ended;
#[cfg(feature = "root-observer")]
use crate::trace::ended_root::RootObserver;
use crate::trace::ended_span::Hook;
use crate::trace::hooks;
use crate::trace::span_queue::{EncodedSpan, SpanQueue};

thread_local! {
    static PIPELINE: Slot<Pipeline> = const { Slot::new(None) };
}

/// The index of this crate's own instrumentation scope.
pub(crate) const OWN_SCOPE: usize = 0;

fn own_scope() -> InstrumentationScope {
    InstrumentationScope::builder("otel-web")
        .with_version(env!("CARGO_PKG_VERSION"))
        .build()
}

/// Starts recording. Without it, spans are not recorded.
pub(crate) fn install(sampler: Sampler, queue_capacity: usize) {
    let pipeline = Pipeline {
        active: ActiveSpans::default(),
        queue: SpanQueue::new(queue_capacity),
        deferred: DeferredSpans::default(),
        scopes: vec![own_scope()],
        sampler,
        hook: None,
        #[cfg(feature = "root-observer")]
        root_observer: None,
        ids: IdGenerator::new(platform::fill_random),
        anchor: Anchor::new(platform::time_origin_ms()),
    };
    slot::put(&PIPELINE, Box::new(pipeline));
}

/// Runs `f` with the pipeline. Returns `None` when telemetry is off, or when the pipeline is in use
/// further up the stack: a panic hook may be called then, and must not panic itself.
pub(crate) fn with<R>(f: impl FnOnce(&mut Pipeline) -> R) -> Option<R> {
    if cfg!(feature = "off") {
        return None;
    }
    slot::with(&PIPELINE, f)
}

/// Changes an active span. Does nothing once it has ended.
pub(crate) fn edit(key: Option<SpanKey>, f: impl FnOnce(&mut ActiveSpan)) {
    with(|pipeline| pipeline.active_span(key).map(f));
}

/// Sets an attribute of a context's span. Finds the span by its id, since the caller may run while
/// the span's handle is borrowed.
pub(crate) fn annotate<'a>(context: &Context, key: &str, value: impl Into<AnyValue<'a>>) {
    annotate_any(context, key, value.into());
}

#[inline(never)]
fn annotate_any(context: &Context, key: &str, value: AnyValue<'_>) {
    edit(key_of(context), |span| {
        span.record.attributes.set(key, value);
    });
}

/// Returns the key of a context's span while that is active.
pub(crate) fn key_of(context: &Context) -> Option<SpanKey> {
    let span_id = context.span().span_context().span_id();
    with(|pipeline| pipeline.active.find(span_id)).flatten()
}

/// Ends a span and notifies the exporter. Does nothing if the span has ended before.
pub(crate) fn end(key: SpanKey, at: EndTime) {
    if let Some(Some(ended)) = with(|pipeline| pipeline.end(key, at)) {
        release(ended.released);
        (hooks::get().on_span_ended)(ended);
    }
}

/// Ends a span now. A root records the outcome.
pub(crate) fn end_with_outcome(key: SpanKey, outcome: &str, now_ms: f64) {
    edit(Some(key), |span| {
        if span.record.is_local_root() {
            span.record.attributes.set("app.action.outcome", outcome);
        }
    });
    end(key, EndTime::Monotonic(now_ms));
}

/// Ends the active spans that match, children first. Roots record the outcome.
pub(crate) fn end_all(matches: &dyn Fn(&ActiveSpan) -> bool, outcome: &str) {
    let now_ms = platform::monotonic_ms();
    let keys = with(|pipeline| pipeline.active.matching(matches)).unwrap_or_default();
    for key in keys {
        end_with_outcome(key, outcome, now_ms);
    }
}

/// Drops a reference to an action. The last one ends the action after the next frame, and drops the
/// action's reference to its own owner.
pub(crate) fn release(mut owner: Option<SpanKey>) {
    while let Some(key) = owner
        && with(|pipeline| pipeline.active.release(key)) == Some(true)
    {
        (hooks::get().on_released)(key);
        owner = with(|pipeline| pipeline.active.get_mut(key)?.owner).flatten();
    }
}

/// When a span ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum EndTime {
    Now,
    At(std::time::SystemTime),
    /// On the monotonic clock, in milliseconds.
    Monotonic(f64),
}

/// A span that is about to start.
pub(crate) struct NewSpan<'a> {
    pub(crate) name: Cow<'static, str>,
    pub(crate) kind: SpanKind,
    /// An invalid parent makes the span the root of a new trace.
    pub(crate) parent: &'a SpanContext,
    pub(crate) scope: usize,
    /// Set for a ref-counted span.
    pub(crate) action: Option<ActionState>,
    /// The attributes that are known already.
    pub(crate) attributes: Attributes,
}

impl<'a> NewSpan<'a> {
    /// Describes a span of this crate's own scope.
    pub(crate) fn own(
        name: impl Into<Cow<'static, str>>,
        kind: SpanKind,
        parent: &'a SpanContext,
    ) -> Self {
        Self {
            name: name.into(),
            kind,
            parent,
            scope: OWN_SCOPE,
            action: None,
            attributes: attributes::span_attributes(),
        }
    }
}

/// A span that has started. In a trace that is not sampled it has ids only.
#[derive(Debug)]
pub(crate) struct Started {
    pub(crate) context: SpanContext,
    pub(crate) key: Option<SpanKey>,
    pub(crate) owner: Option<SpanKey>,
}

impl Started {
    const fn not_recorded(context: SpanContext) -> Self {
        Self {
            context,
            key: None,
            owner: None,
        }
    }

    /// Ends a span that has no handle.
    #[cfg(feature = "document-load")]
    pub(crate) fn end(self, at: EndTime) {
        if let Some(key) = self.key {
            end(key, at);
        }
        release(self.owner);
    }
}

/// Holds every span from its start until the exporter takes it. See the [module](self).
pub(crate) struct Pipeline {
    pub(crate) active: ActiveSpans,
    pub(crate) deferred: DeferredSpans,
    pub(crate) queue: SpanQueue,
    pub(crate) scopes: Vec<InstrumentationScope>,
    pub(crate) sampler: Sampler,
    /// Called with each span before it is queued. The pipeline is in use during the call, so spans
    /// that the hook starts or ends are not recorded.
    pub(crate) hook: Option<Hook>,
    #[cfg(feature = "root-observer")]
    pub(crate) root_observer: Option<RootObserver>,
    ids: IdGenerator,
    pub(crate) anchor: Anchor,
}

/// Looking up.
impl Pipeline {
    pub(crate) fn active_span(&mut self, key: Option<SpanKey>) -> Option<&mut ActiveSpan> {
        self.active.get_mut(key?)
    }

    /// Returns the record of a span that is active or deferred.
    #[cfg(any(feature = "resource-timing", feature = "web-vitals"))]
    pub(crate) fn record_mut(&mut self, span_id: SpanId) -> Option<&mut SpanRecord> {
        match self.active.find(span_id) {
            Some(key) => Some(&mut self.active.get_mut(key)?.record),
            None => self.deferred.find(span_id),
        }
    }

    /// Calls `f` with the root of each action that is active or deferred.
    #[cfg(any(feature = "long-animation-frames", feature = "web-vitals"))]
    pub(crate) fn for_each_root(&mut self, f: &mut dyn FnMut(&mut SpanRecord)) {
        let actions = self.active.iter_mut().filter(|span| span.action.is_some());
        let active = actions.map(|span| &mut span.record);
        for record in active.chain(self.deferred.iter_mut()) {
            if record.is_local_root() {
                f(record);
            }
        }
    }

    /// Returns the index by which spans refer to their instrumentation scope. Scopes with the same
    /// name, version and schema URL share one.
    pub(crate) fn scope_index(&mut self, scope: InstrumentationScope) -> usize {
        let is_same = |known: &InstrumentationScope| {
            known.name() == scope.name()
                && known.version() == scope.version()
                && known.schema_url() == scope.schema_url()
        };
        if let Some(index) = self.scopes.iter().position(is_same) {
            return index;
        }
        self.scopes.push(scope);
        self.scopes.len() - 1
    }

    /// Returns the index of the scope with this name and without a version.
    #[cfg(feature = "tracing")]
    pub(crate) fn scope_named(&mut self, name: &'static str) -> usize {
        let is_it =
            |known: &InstrumentationScope| known.name() == name && known.version().is_none();
        match self.scopes.iter().position(is_it) {
            Some(index) => index,
            None => self.scope_index(InstrumentationScope::builder(name).build()),
        }
    }
}

/// Starting.
impl Pipeline {
    pub(crate) fn start(&mut self, new: NewSpan<'_>) -> Started {
        if new.parent.is_valid() {
            return self.start_child(new);
        }
        match self.sampler.decide() {
            Some(state) => self.start_root(new, state),
            None => self.reject_root(),
        }
    }

    /// Starts a root that is sampled in any case.
    pub(crate) fn start_sampled(&mut self, new: NewSpan<'_>) -> Started {
        let state = self.sampler.always();
        self.start_root(new, state)
    }

    /// The trace id has no time in it: this trace is never looked up, and reading the clock would
    /// take longer than everything else here.
    fn reject_root(&mut self) -> Started {
        let trace_id = id::trace_id(0, self.ids.trace_randomness());
        let (span_id, flags) = (self.ids.span_id(), id::flags(false));
        let state = TraceState::NONE;
        Started::not_recorded(SpanContext::new(trace_id, span_id, flags, false, state))
    }

    fn start_root(&mut self, new: NewSpan<'_>, state: TraceState) -> Started {
        let (drift_ms, now) = self.refresh_anchor();
        let trace_id = id::trace_id(now, self.ids.trace_randomness());
        let span_id = self.ids.span_id();
        let context = SpanContext::new(trace_id, span_id, id::flags(true), false, state);
        let started = self.insert(new, context, (self.anchor, now), None);
        if let (Some(drift_ms), Some(span)) = (drift_ms, self.active_span(started.key)) {
            span.record.attributes.set("clock.drift", drift_ms);
        }
        started
    }

    /// Takes a fresh anchor for a new trace. Returns the drift of the old one, if it was replaced,
    /// and the current time.
    fn refresh_anchor(&mut self) -> (Option<f64>, UnixNanos) {
        let (mut fresh, mut monotonic_ms) = self.read_clocks();
        if fresh.1.is_some() {
            // A pause between reading the two clocks looks like drift, but hardly twice in a row.
            (fresh, monotonic_ms) = self.read_clocks();
        }
        let (anchor, drift_ms) = fresh;
        self.anchor = anchor;
        (drift_ms, anchor.unix_nanos(monotonic_ms))
    }

    fn read_clocks(&self) -> ((Anchor, Option<f64>), f64) {
        let monotonic_ms = platform::monotonic_ms();
        let fresh = self.anchor.refreshed(platform::wall_ms(), monotonic_ms);
        (fresh, monotonic_ms)
    }

    /// A child uses its parent's anchor and has its parent's owner.
    fn start_child(&mut self, new: NewSpan<'_>) -> Started {
        let parent = new.parent;
        let (trace_id, flags) = (parent.trace_id(), parent.trace_flags());
        let state = parent.trace_state().clone();
        let context = SpanContext::new(trace_id, self.ids.span_id(), flags, false, state);
        if !parent.is_sampled() {
            return Started::not_recorded(context);
        }
        let parent = self.active.find(parent.span_id());
        let ancestor = parent.or_else(|| self.active.local_root_of(trace_id));
        let owner = ancestor.and_then(|ancestor| self.active.retain(ancestor));
        let anchor = self.active_span(ancestor).map(|span| span.anchor);
        let anchor = anchor.unwrap_or(self.anchor);
        let now = anchor.unix_nanos(platform::monotonic_ms());
        self.insert(new, context, (anchor, now), owner)
    }

    fn insert(
        &mut self,
        new: NewSpan<'_>,
        context: SpanContext,
        (anchor, start): (Anchor, UnixNanos),
        owner: Option<SpanKey>,
    ) -> Started {
        let key = self.active.insert(ActiveSpan {
            ref_count: new.action.is_some().into(),
            action: new.action,
            anchor,
            owner,
            is_deferred: false,
            record: SpanRecord {
                context: context.clone(),
                parent_span_id: new.parent.span_id(),
                parent_is_remote: new.parent.is_remote(),
                scope: new.scope,
                name: new.name,
                kind: new.kind,
                start,
                end: 0,
                attributes: new.attributes,
                events_and_links: Writer::new(),
                events: Count::default(),
                links: Count::default(),
                status: Status::Unset,
            },
        });
        Started {
            context,
            key: Some(key),
            owner,
        }
    }
}

/// Ending.
impl Pipeline {
    fn end(&mut self, key: SpanKey, at: EndTime) -> Option<Ended> {
        let mut span = self.active.remove(key)?;
        let end = match at {
            EndTime::Now => span.anchor.unix_nanos(platform::monotonic_ms()),
            EndTime::At(time) => span.anchor.refine(time, platform::monotonic_ms()),
            EndTime::Monotonic(ms) => span.anchor.unix_nanos(ms),
        };
        span.record.end = end.max(span.record.start);
        #[cfg(feature = "frustration")]
        (hooks::get().before_end)(&mut span);
        let is_local_root = span.record.is_local_root();
        let trace_id = span.record.context.trace_id();
        let ended = Ended {
            is_local_root,
            is_deferred: span.is_deferred || is_local_root && self.deferred.has_span_of(trace_id),
            released: span.owner.filter(|_| span.ref_count > 0),
        };
        let record = if span.is_deferred {
            self.deferred.push(span.record)
        } else {
            Some(span.record)
        };
        if let Some(record) = record {
            self.enqueue(record);
        }
        Some(ended)
    }

    pub(crate) fn deferred_state(&self) -> DeferredState {
        self.deferred.state(&|trace_id| self.is_active(trace_id))
    }

    /// Queues all deferred spans.
    pub(crate) fn flush_deferred(&mut self) {
        self.flush_deferred_at(f64::INFINITY);
    }

    /// Queues the deferred spans that have waited long enough.
    pub(crate) fn flush_due_deferred(&mut self) {
        self.flush_deferred_at(platform::monotonic_ms());
    }

    fn flush_deferred_at(&mut self, now_ms: f64) {
        while let Some(record) = self.take_due_deferred(now_ms) {
            self.enqueue(record);
        }
    }

    fn take_due_deferred(&mut self, now_ms: f64) -> Option<SpanRecord> {
        let active = &self.active;
        let is_active = |trace_id| active.local_root_of(trace_id).is_some();
        self.deferred.take_due(now_ms, &is_active)
    }

    fn is_active(&self, trace_id: TraceId) -> bool {
        self.active.local_root_of(trace_id).is_some()
    }

    fn enqueue(&mut self, mut record: SpanRecord) {
        if self
            .hook
            .as_ref()
            .is_some_and(|hook| !hook.should_export(&mut record))
        {
            self.queue.drops.add(DropReason::Discarded, 1);
            return;
        }
        #[cfg(feature = "root-observer")]
        if let Some(observer) = &self.root_observer {
            observer.notify(&record);
        }
        self.queue.push(EncodedSpan {
            bytes: encode::encode_span(&record),
            scope: record.scope,
            is_error: record.is_error(),
        });
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
