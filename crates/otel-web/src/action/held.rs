//! Spans that last as long as anybody holds their context: actions, navigations, page loads.

use std::sync::Arc;

use opentelemetry::trace::{SpanBuilder, SpanContext, TraceContextExt};
use opentelemetry::{Context, KeyValue};

use super::{cap, paint};
use crate::open::{ActionState, Ticket};
use crate::{Span, pipeline, platform, session};

/// A value in the context. When the last clone is dropped, the span has nothing left to wait for.
///
/// The context's own span cannot serve for that: a child context replaces it and would let the root
/// end before its children.
#[derive(Clone)]
struct Holder(#[expect(dead_code, reason = "held for its drop")] Arc<Held>);

struct Held {
    ticket: Ticket,
    /// Dropped after this span was told to end: parents end last.
    _parent: Option<Holder>,
}

impl Drop for Held {
    fn drop(&mut self) {
        paint::end_after_next_frame(self.ticket);
    }
}

/// A span that is about to be opened and held by its context.
pub(crate) struct Opening {
    pub(crate) builder: SpanBuilder,
    /// On the monotonic clock; now when absent.
    pub(crate) start_ms: Option<f64>,
    pub(crate) is_named: bool,
}

/// Opens the span below `parent`, or as the root of a new trace, and returns the context it lives by.
pub(crate) fn open(opening: Opening, parent: &Context) -> Context {
    if cfg!(feature = "off") {
        return parent.clone();
    }
    let mut builder = opening.builder;
    let is_root = !parent.has_active_span();
    if is_root {
        builder
            .attributes
            .get_or_insert_default()
            .extend(root_attributes());
    }
    let state = ActionState {
        is_named: opening.is_named,
        deadline_ms: platform::monotonic_ms() + cap::CAP_MS,
    };
    let parent_span = parent.span().span_context().clone();
    let started = pipeline::with(|pipeline| {
        let parent = Some(&parent_span);
        let (context, ticket) = pipeline.start(builder, parent, pipeline::OWN_SCOPE, Some(state));
        if let (Some(start_ms), Some(ticket)) = (opening.start_ms, ticket) {
            set_start(pipeline, ticket, start_ms);
        }
        (context, ticket)
    });
    cap::watch();
    hold(parent, started)
}

fn set_start(pipeline: &mut pipeline::Pipeline, ticket: Ticket, start_ms: f64) {
    if let Some(span) = pipeline.open.get_mut(ticket) {
        span.record.start = span.anchor.unix_nanos(start_ms).min(span.record.start);
    }
}

fn hold(parent: &Context, started: Option<(SpanContext, Option<Ticket>)>) -> Context {
    let Some((span_context, ticket)) = started else {
        return parent.clone();
    };
    let context = match ticket {
        Some(ticket) => {
            let parent_holder = parent.get::<Holder>().cloned();
            let held = Held {
                ticket,
                _parent: parent_holder,
            };
            parent.with_value(Holder(Arc::new(held)))
        }
        None => parent.clone(),
    };
    context.with_span(Span::held_elsewhere(span_context, ticket))
}

/// What every root says about where and when it happened.
fn root_attributes() -> Vec<KeyValue> {
    let mut attributes = Vec::with_capacity(4);
    if let Some(session) = session::id() {
        attributes.push(KeyValue::new("session.id", session));
    }
    if let Some(window) = web_sys::window() {
        if let Ok(path) = window.location().pathname() {
            attributes.push(KeyValue::new("url.path", path));
        }
        let is_hidden = window.document().is_some_and(|document| document.hidden());
        let visibility = if is_hidden { "hidden" } else { "visible" };
        attributes.push(KeyValue::new("browser.document.visibility", visibility));
    }
    attributes
}
