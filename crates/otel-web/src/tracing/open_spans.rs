//! The spans of `tracing` that are not closed yet, by their ids, and those that are entered.
//!
//! **Invariant:** nothing calls out of this module while a table is borrowed. Dropping a [`Context`] may end an
//! action, and formatting a field may run any code.

use std::cell::RefCell;

use opentelemetry::trace::{SpanContext, SpanKind, TraceContextExt};
use opentelemetry::{Context, ContextGuard};
use tracing_core::Metadata;
use tracing_core::span::{Attributes, Id, Record};

use crate::causality::context;
use crate::core::otlp::attributes::AnyValue;
use crate::trace::active_spans::SpanKey;
use crate::trace::pipeline::{self, EndTime, NewSpan};
use crate::trace::span::Span;
use crate::tracing::fields::{self, FieldVisitor};

thread_local! {
    /// Sorted by id.
    static OPEN: RefCell<Vec<OpenSpan>> = const { RefCell::new(Vec::new()) };
    /// In the order of entering. A span can be entered several times.
    static ENTERED: RefCell<Vec<(u64, ContextGuard)>> = const { RefCell::new(Vec::new()) };
}

struct OpenSpan {
    id: u64,
    context: Context,
    /// `None` if the trace is not sampled.
    key: Option<SpanKey>,
    metadata: &'static Metadata<'static>,
    /// The number of handles, if the subscriber does not count them itself.
    ref_count: usize,
}

/// Starts a span. Without telemetry it does nothing, and the id remains unknown.
pub(super) fn start(id: &Id, attributes: &Attributes<'_>) {
    let metadata = attributes.metadata();
    let parent = parent(attributes.parent(), attributes.is_contextual());
    if parent.is_telemetry_suppressed() {
        return;
    }
    let started = pipeline::with(|pipeline| {
        let scope = pipeline.scope_named(metadata.target());
        let parent = parent.span();
        pipeline.start(NewSpan {
            scope,
            ..NewSpan::own(metadata.name(), SpanKind::Internal, parent.span_context())
        })
    });
    let Some(started) = started else { return };
    let key = started.key;
    insert(OpenSpan {
        id: id.into_u64(),
        context: parent.with_span(Span::new(started)),
        key,
        metadata,
        ref_count: 1,
    });
    if let Some(key) = key {
        describe(key, metadata);
        attributes.record(&mut FieldVisitor {
            set: &mut |name, value| set(key, name, value),
        });
    }
}

/// Returns the context in which a span starts or an event happens.
pub(super) fn parent(explicit: Option<&Id>, is_contextual: bool) -> Context {
    match explicit {
        Some(id) => context_of(id).unwrap_or_default(),
        None if is_contextual => context::current(),
        None => Context::new(),
    }
}

fn describe(key: SpanKey, metadata: &Metadata<'_>) {
    pipeline::edit(Some(key), |span| {
        let attributes = &mut span.record.attributes;
        if let Some(file) = metadata.file() {
            attributes.set("code.file.path", file);
        }
        if let Some(line) = metadata.line() {
            attributes.set("code.line.number", i64::from(line));
        }
    });
}

fn set(key: SpanKey, name: &str, value: AnyValue<'_>) {
    pipeline::edit(Some(key), |span| {
        fields::set_on_span(&mut span.record, name, value);
    });
}

pub(super) fn record(id: &Id, values: &Record<'_>) {
    if let Some(key) = with(id, |span| span.key).flatten() {
        values.record(&mut FieldVisitor {
            set: &mut |name, value| set(key, name, value),
        });
    }
}

pub(super) fn link(id: &Id, follows: &Id) {
    let key = with(id, |span| span.key).flatten();
    let Some(followed) = context_of(follows) else {
        return;
    };
    pipeline::edit(key, |span| {
        span.record
            .add_link(followed.span().span_context(), (&[], 0));
    });
}

pub(super) fn enter(id: &Id) {
    if let Some(context) = context_of(id) {
        let entered = (id.into_u64(), context.attach());
        ENTERED.with_borrow_mut(|all| all.push(entered));
    }
}

pub(super) fn exit(id: &Id) {
    let guard = ENTERED.with_borrow_mut(|all| {
        let index = all.iter().rposition(|(other, _)| *other == id.into_u64());
        index.map(|index| all.remove(index))
    });
    drop(guard);
}

pub(super) fn retain(id: &Id) {
    with(id, |span| span.ref_count += 1);
}

/// Drops a handle. Returns whether it was the last one, which closes the span.
pub(super) fn release(id: &Id) -> bool {
    let left = with(id, |span| {
        span.ref_count -= 1;
        span.ref_count
    });
    let is_last = left == Some(0);
    if is_last {
        close(id);
    }
    is_last
}

/// Ends the span now. Work that it has spawned may hold its context for longer.
pub(super) fn close(id: &Id) {
    let closed = OPEN.with_borrow_mut(|open| Some(open.remove(position(open, id)?)));
    if let Some(key) = closed.as_ref().and_then(|span| span.key) {
        pipeline::end(key, EndTime::Now);
    }
    drop(closed);
}

/// Returns the span whose context is attached, else the one that was entered last.
pub(super) fn current() -> Option<(Id, &'static Metadata<'static>)> {
    let attached = Context::map_current(|context| context.span().span_context().clone());
    let entered = ENTERED.with_borrow(|all| all.last().map(|(id, _)| *id));
    OPEN.with_borrow(|open| {
        let found = open.iter().rev().find(|span| has_context(span, &attached));
        let found = found.or_else(|| open.iter().find(|span| Some(span.id) == entered))?;
        Some((Id::from_u64(found.id), found.metadata))
    })
}

fn has_context(span: &OpenSpan, context: &SpanContext) -> bool {
    context.is_valid() && span.context.span().span_context().span_id() == context.span_id()
}

fn context_of(id: &Id) -> Option<Context> {
    with(id, |span| span.context.clone())
}

fn with<R>(id: &Id, f: impl FnOnce(&mut OpenSpan) -> R) -> Option<R> {
    OPEN.with_borrow_mut(|open| {
        let index = position(open, id)?;
        open.get_mut(index).map(f)
    })
}

fn position(open: &[OpenSpan], id: &Id) -> Option<usize> {
    open.binary_search_by_key(&id.into_u64(), |span| span.id)
        .ok()
}

fn insert(span: OpenSpan) {
    OPEN.with_borrow_mut(|open| {
        let index = open.partition_point(|other| other.id < span.id);
        open.insert(index, span);
    });
}
