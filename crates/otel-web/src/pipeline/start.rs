//! How a span starts: below a parent, or as the root of a new trace.

use std::borrow::Cow;

use opentelemetry::trace::{SpanContext, SpanKind, Status, TraceState};

use super::Pipeline;
use crate::active_spans::{ActionState, ActiveSpan, SpanKey};
use crate::clock::{Anchor, UnixNanos};
use crate::record::{Count, SpanRecord};
use crate::{id, otlp, platform};

/// A span that is about to start.
pub(crate) struct NewSpan<'a> {
    pub(crate) name: Cow<'static, str>,
    pub(crate) kind: SpanKind,
    /// An invalid one makes it the root of a new trace.
    pub(crate) parent: &'a SpanContext,
    pub(crate) scope: usize,
    /// For a span that lasts as long as it is held.
    pub(crate) action: Option<ActionState>,
}

/// A span that has started. One of an unsampled trace has ids and nothing else.
#[derive(Debug)]
pub(crate) struct Started {
    pub(crate) context: SpanContext,
    pub(crate) key: Option<SpanKey>,
    pub(crate) owner: Option<SpanKey>,
}

impl Started {
    /// For a span that has no handle of its own.
    #[cfg(feature = "document-load")]
    pub(crate) fn end(self, at: super::EndTime) {
        if let Some(key) = self.key {
            super::end(key, at);
        }
        super::release(self.owner);
    }
}

impl Pipeline {
    pub(crate) fn start(&mut self, new: NewSpan<'_>) -> Started {
        if new.parent.is_valid() {
            return self.start_below(new);
        }
        match self.sampler.decide() {
            Some(state) => self.start_root(new, state),
            None => self.reject_root(),
        }
    }

    /// Starts a root that is kept whatever the sampler says.
    pub(crate) fn start_kept(&mut self, new: NewSpan<'_>) -> Started {
        let state = self.sampler.always();
        self.start_root(new, state)
    }

    /// Nobody will look for it by its date, and asking for that takes longer than all the rest.
    fn reject_root(&mut self) -> Started {
        let trace_id = id::trace_id(0, self.ids.trace_randomness());
        let (span_id, flags) = (self.ids.span_id(), id::flags(false));
        let state = TraceState::NONE;
        not_recorded(SpanContext::new(trace_id, span_id, flags, false, state))
    }

    fn start_root(&mut self, new: NewSpan<'_>, state: TraceState) -> Started {
        let (drift, now) = self.refresh_anchor();
        let trace_id = id::trace_id(now, self.ids.trace_randomness());
        let span_id = self.ids.span_id();
        let context = SpanContext::new(trace_id, span_id, id::flags(true), false, state);
        let started = self.insert(new, context, (self.anchor, now), None);
        if let (Some(drift), Some(span)) = (drift, self.active_span(started.key)) {
            span.record.attributes.set("clock.drift", drift);
        }
        started
    }

    /// A new trace takes a fresh anchor; tells how far the old one was off, and what time it is.
    fn refresh_anchor(&mut self) -> (Option<f64>, UnixNanos) {
        let (mut fresh, mut monotonic) = self.look_at_clocks();
        if fresh.1.is_some() {
            // A pause between the looks at the two clocks is taken for drift, but not twice.
            (fresh, monotonic) = self.look_at_clocks();
        }
        let (anchor, drift) = fresh;
        self.anchor = anchor;
        (drift, anchor.unix_nanos(monotonic))
    }

    fn look_at_clocks(&self) -> ((Anchor, Option<f64>), f64) {
        let monotonic = platform::monotonic_ms();
        let fresh = self.anchor.refreshed(platform::wall_ms(), monotonic);
        (fresh, monotonic)
    }

    /// A child keeps its parent's anchor, and is held by what its parent is held by.
    fn start_below(&mut self, new: NewSpan<'_>) -> Started {
        let parent = new.parent;
        let (trace_id, flags) = (parent.trace_id(), parent.trace_flags());
        let state = parent.trace_state().clone();
        let context = SpanContext::new(trace_id, self.ids.span_id(), flags, false, state);
        if !parent.is_sampled() {
            return not_recorded(context);
        }
        let parent = self.active.find(parent.span_id());
        let above = parent.or_else(|| self.active.local_root_of(trace_id));
        let owner = above.and_then(|above| self.active.retain(above));
        let anchor = self.active_span(above).map(|span| span.anchor);
        let anchor = anchor.unwrap_or(self.anchor);
        self.insert(new, context, (anchor, anchor.now()), owner)
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
                attributes: otlp::span_attributes(),
                events_and_links: otlp::Writer::new(),
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

const fn not_recorded(context: SpanContext) -> Started {
    Started {
        context,
        key: None,
        owner: None,
    }
}
