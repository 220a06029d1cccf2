//! The way of a span: started, kept open, ended, encoded, queued. One pipeline per thread, that is
//! one per page or worker.
//!
//! **Invariant:** nothing calls out of this module while the pipeline is borrowed. Dropping a
//! `Context` may end a span, which borrows it again.

use std::cell::RefCell;

use opentelemetry::trace::{SpanBuilder, SpanContext, SpanId, SpanKind, TraceState};
use opentelemetry::{InstrumentationScope, KeyValue};

use crate::clock::{Anchor, UnixNanos, from_system_time};
use crate::export::{self, EncodedSpan, Queue};
use crate::id::{self, IdGenerator};
use crate::lingering::Lingering;
use crate::open::{ActionState, OpenSpan, OpenSpans, Ticket};
use crate::record::SpanRecord;
use crate::sampler::Sampler;
use crate::{otlp, platform};

thread_local! {
    static PIPELINE: RefCell<Option<Pipeline>> = const { RefCell::new(None) };
}

pub(crate) struct Pipeline {
    pub(crate) open: OpenSpans,
    pub(crate) queue: Queue,
    pub(crate) lingering: Lingering,
    pub(crate) scopes: Vec<InstrumentationScope>,
    sampler: Sampler,
    ids: IdGenerator,
    anchor: Anchor,
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
        open: OpenSpans::default(),
        queue: Queue::new(queue_capacity),
        lingering: Lingering::default(),
        scopes: vec![own_scope()],
        sampler,
        ids: IdGenerator::new(),
        anchor: Anchor::new(platform::time_origin_ms()),
    };
    PIPELINE.with(|cell| *cell.borrow_mut() = Some(pipeline));
}

/// `None` when telemetry is off, or the pipeline is in use further up the stack: a panic hook may
/// find it so, and telemetry must not turn one panic into two.
pub(crate) fn with<R>(f: impl FnOnce(&mut Pipeline) -> R) -> Option<R> {
    if cfg!(feature = "off") {
        return None;
    }
    let run = |cell: &RefCell<Option<Pipeline>>| Some(f(cell.try_borrow_mut().ok()?.as_mut()?));
    PIPELINE.try_with(run).ok().flatten()
}

/// Changes a span that is still open; does nothing once it has ended.
pub(crate) fn edit(ticket: Ticket, f: impl FnOnce(&mut OpenSpan)) {
    with(|pipeline| pipeline.open.get_mut(ticket).map(f));
}

/// Ends a span and hands it to the exporter. Ending twice is harmless.
pub(crate) fn end(ticket: Ticket, at: EndTime) {
    if let Some(Some(ended)) = with(|pipeline| pipeline.end(ticket, at)) {
        export::span_ended(ended);
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
}

impl Pipeline {
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

    /// Starts a span below `parent`, or a new trace. An unsampled one gets ids and no row.
    pub(crate) fn start(
        &mut self,
        builder: SpanBuilder,
        parent: Option<&SpanContext>,
        scope: usize,
        action: Option<ActionState>,
    ) -> (SpanContext, Option<Ticket>) {
        let parent = parent.filter(|context| context.is_valid());
        let (anchor, drift) = self.anchor_below(parent);
        let context = self.new_context(parent, anchor);
        if !context.is_sampled() {
            return (context, None);
        }
        let mut record = new_record(builder, context.clone(), parent, scope, anchor);
        if let Some(drift) = drift {
            record.set_attribute(KeyValue::new("clock.drift", drift));
        }
        let ticket = self.open.insert(OpenSpan {
            record,
            anchor,
            action,
            lingers: false,
        });
        (context, Some(ticket))
    }

    /// A child keeps its parent's anchor; a new trace takes a fresh one.
    fn anchor_below(&mut self, parent: Option<&SpanContext>) -> (Anchor, Option<f64>) {
        if let Some(parent) = parent {
            let ticket = self.open.find(parent.span_id());
            let open = ticket.and_then(|ticket| self.open.get_mut(ticket));
            return (open.map_or(self.anchor, |span| span.anchor), None);
        }
        let (anchor, drift) = self
            .anchor
            .refreshed(platform::wall_ms(), platform::monotonic_ms());
        self.anchor = anchor;
        (anchor, drift)
    }

    fn new_context(&mut self, parent: Option<&SpanContext>, anchor: Anchor) -> SpanContext {
        let span_id = self.ids.span_id();
        if let Some(parent) = parent {
            let state = parent.trace_state().clone();
            return SpanContext::new(
                parent.trace_id(),
                span_id,
                parent.trace_flags(),
                false,
                state,
            );
        }
        let seconds = anchor.now() / 1_000_000_000;
        let trace_id = self
            .ids
            .trace_id(u32::try_from(seconds).unwrap_or(u32::MAX));
        let sampled = self.sampler.is_sampled(trace_id);
        let state = if sampled {
            self.sampler.trace_state()
        } else {
            TraceState::NONE
        };
        SpanContext::new(trace_id, span_id, id::flags(sampled), false, state)
    }

    fn end(&mut self, ticket: Ticket, at: EndTime) -> Option<Ended> {
        let OpenSpan {
            mut record,
            anchor,
            lingers,
            ..
        } = self.open.remove(ticket)?;
        let end = match at {
            EndTime::Now => anchor.now(),
            EndTime::At(time) => anchor.sharpen(time),
            EndTime::Monotonic(ms) => anchor.unix_nanos(ms),
        };
        record.end = end.max(record.start);
        let is_local_root = record.is_local_root();
        let record = if lingers {
            self.lingering.keep(record)
        } else {
            Some(record)
        };
        if let Some(record) = record {
            self.enqueue(&record);
        }
        Some(Ended { is_local_root })
    }

    pub(crate) fn enqueue(&mut self, record: &SpanRecord) {
        self.queue.push(EncodedSpan {
            bytes: otlp::encode_span(record),
            scope: record.scope,
            is_error: record.is_error(),
        });
    }
}

fn new_record(
    builder: SpanBuilder,
    context: SpanContext,
    parent: Option<&SpanContext>,
    scope: usize,
    anchor: Anchor,
) -> SpanRecord {
    let start: UnixNanos = builder
        .start_time
        .map_or_else(|| anchor.now(), from_system_time);
    let mut record = SpanRecord {
        context,
        parent_span_id: parent.map_or(SpanId::INVALID, SpanContext::span_id),
        parent_is_remote: parent.is_some_and(SpanContext::is_remote),
        scope,
        name: builder.name,
        kind: builder.span_kind.unwrap_or(SpanKind::Internal),
        start,
        end: start,
        attributes: Vec::new(),
        dropped_attributes: 0,
        events: builder.events.unwrap_or_default(),
        dropped_events: 0,
        links: builder.links.unwrap_or_default(),
        dropped_links: 0,
        status: opentelemetry::trace::Status::Unset,
    };
    for attribute in builder.attributes.into_iter().flatten() {
        record.set_attribute(attribute);
    }
    record
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
#[path = "pipeline_tests.rs"]
mod tests;
