//! Ref-counted spans: actions, navigations and page loads.
//!
//! Such a span stays open while its context exists. Each handle of the span counts as a reference,
//! and so does each span below it (see `active_spans`): a child's context replaces its parent's, and
//! the root must not end before its children.

use std::borrow::Cow;

use opentelemetry::Context;
use opentelemetry::trace::{SpanKind, TraceContextExt};

use crate::action::timeout;
use crate::browser::platform;
use crate::core::otlp::attributes::Attributes;
use crate::trace::active_spans::ActionState;
use crate::trace::pipeline::{self, NewSpan};
use crate::trace::root::PageState;
use crate::trace::session;
use crate::trace::span::Span;

/// The parameters of a ref-counted span that is about to start.
pub(crate) struct ActionStart {
    pub(crate) name: Cow<'static, str>,
    /// On the monotonic clock. `None` means now.
    pub(crate) start_ms: Option<f64>,
    /// Whether the name is final: `action()` does not rename the span.
    pub(crate) is_named: bool,
    /// The attributes that are known already. Those of a root are added to them.
    pub(crate) attributes: Attributes,
}

impl ActionStart {
    /// Starts the span below `parent`, or as the root of a new trace, and returns the context that
    /// keeps it open. Add further attributes with
    /// [`pipeline::annotate`], which has to find the span.
    pub(crate) fn start_in(self, parent: &Context) -> Context {
        if cfg!(feature = "off") {
            return parent.clone();
        }
        let is_root = !parent.has_active_span() || parent.span().span_context().is_remote();
        let page = is_root.then(|| {
            keep_session_alive();
            PageState::read()
        });
        let action = ActionState {
            is_named: self.is_named,
            #[cfg(feature = "frustration")]
            is_click: false,
            deadline_ms: platform::monotonic_ms() + timeout::ACTION_TIMEOUT_MS,
        };
        let started = pipeline::with(|pipeline| {
            let parent = parent.span();
            let started = pipeline.start(NewSpan {
                action: Some(action),
                attributes: self.attributes,
                ..NewSpan::own(self.name, SpanKind::Internal, parent.span_context())
            });
            if let Some(span) = pipeline.active_span(started.key) {
                span.is_deferred = is_root;
                let start = self.start_ms.map(|ms| span.anchor.unix_nanos(ms));
                span.record.start = start.unwrap_or(u64::MAX).min(span.record.start);
                if let Some(page) = page {
                    page.describe(&mut span.record);
                }
            }
            started
        });
        let Some(started) = started else {
            return parent.clone();
        };
        let Some(key) = started.key else {
            return parent.with_span(Span::not_recorded(started.context));
        };
        timeout::schedule();
        parent.with_span(Span::ref_counted(started.context, key))
    }
}

/// Lets the sampler decide about a new session before its first trace starts.
fn keep_session_alive() {
    if let Some(new) = session::keep_alive() {
        pipeline::with(|pipeline| pipeline.sampler.set_session(&new));
    }
}
