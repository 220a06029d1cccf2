//! Spans that last as long as anybody holds their context: actions, navigations, page loads.
//!
//! A handle of such a span counts as a hold, and so does one of each span below it (see `open`): a
//! child's context replaces its parent's, and must not let the root end before its children.

use std::borrow::Cow;

use opentelemetry::Context;
use opentelemetry::trace::{SpanKind, TraceContextExt};

use super::{cap, describe_root};
use crate::active_spans::ActionState;
use crate::pipeline::{self, NewSpan};
use crate::{Span, platform, session};

/// A span that is about to be opened and held by its context.
pub(crate) struct Opening {
    pub(crate) name: Cow<'static, str>,
    /// On the monotonic clock; now when absent.
    pub(crate) start_ms: Option<f64>,
    pub(crate) is_named: bool,
}

/// Opens the span below `parent`, or as the root of a new trace, and returns the context it lives by.
/// Its attributes follow with [`pipeline::annotate`].
pub(crate) fn open(opening: Opening, parent: &Context) -> Context {
    if cfg!(feature = "off") {
        return parent.clone();
    }
    let is_root = !parent.has_active_span() || parent.span().span_context().is_remote();
    if is_root {
        keep_session();
    }
    let action = ActionState {
        is_named: opening.is_named,
        #[cfg(feature = "frustration")]
        is_click: false,
        deadline_ms: platform::monotonic_ms() + cap::CAP_MS,
    };
    let started = pipeline::with(|pipeline| {
        let started = pipeline.start(NewSpan {
            name: opening.name,
            kind: SpanKind::Internal,
            parent: parent.span().span_context(),
            scope: pipeline::OWN_SCOPE,
            action: Some(action),
        });
        if let Some(span) = pipeline.active_span(started.key) {
            span.is_deferred = is_root;
            let start = opening.start_ms.map(|ms| span.anchor.unix_nanos(ms));
            span.record.start = start.unwrap_or(u64::MAX).min(span.record.start);
        }
        started
    });
    let Some(started) = started else {
        return parent.clone();
    };
    let Some(key) = started.key else {
        return parent.with_span(Span::not_recorded(started.context));
    };
    cap::watch();
    let context = parent.with_span(Span::ref_counted(started.context, key));
    if is_root {
        describe_root(&context);
    }
    context
}

/// A new session is kept or not: that is decided before its first trace starts.
fn keep_session() {
    if let Some(new) = session::keep_alive() {
        pipeline::with(|pipeline| pipeline.sampler.set_session(&new));
    }
}
