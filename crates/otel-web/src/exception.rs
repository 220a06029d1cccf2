//! An error as it is told: recorded on the span it happened in, and on the action that is over it.

use std::any::type_name;
use std::cell::RefCell;
use std::fmt::Display;

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, SpanKind, Status, TraceContextExt, TraceId};

use crate::deduplicator::Deduplicator;
use crate::export::Reason;
use crate::otlp::{self, Attributes};
use crate::pipeline::NewSpan;
use crate::{Span, action, pipeline, platform, text};

thread_local! {
    static DEDUPLICATOR: RefCell<Deduplicator> = const { RefCell::new(Deduplicator::new()) };
}

/// Named by the conventions for exceptions.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Exception {
    pub(crate) exception_type: String,
    pub(crate) message: String,
    pub(crate) stacktrace: Option<String>,
    /// Where in the code it was: file, line, column.
    pub(crate) location: Option<(String, u32, u32)>,
}

/// Records that the running code failed: an exception on the current span, and the status `error`
/// there and on the action it belongs to. The exception is named by the Rust type of the error.
pub fn record_error<E: Display>(error: E) {
    let exception = Exception::new(type_of::<E>(), error.to_string());
    exception.record_on(&crate::current());
}

/// A text says nothing by its type.
pub(crate) fn type_of<E>() -> &'static str {
    let name = type_name::<E>();
    if name.ends_with("str") || name.ends_with("String") {
        return "error";
    }
    name.trim_start_matches('&')
}

impl Exception {
    pub(crate) fn new(exception_type: &str, message: String) -> Self {
        Self {
            exception_type: exception_type.to_owned(),
            message,
            ..Self::default()
        }
    }

    /// Anything can be thrown; `default_type` is for what does not say what it is.
    #[cfg(feature = "errors")]
    pub(crate) fn from_js(thrown: &wasm_bindgen::JsValue, default_type: &str) -> Self {
        use crate::js;
        Self {
            exception_type: js::text(thrown, "name").unwrap_or_else(|| default_type.to_owned()),
            message: js::describe(thrown),
            stacktrace: js::text(thrown, "stack"),
            location: None,
        }
    }

    /// The span and its action fail in any case; the exception itself is told once. Where nothing is
    /// open that could tell it, or the trace is not kept, it becomes a root of its own.
    pub(crate) fn record_on(self, context: &Context) {
        let span = context.span();
        let failed = span.span_context();
        let should_report = self.should_report(failed.trace_id());
        if !fail(failed, &self, should_report) && should_report {
            let root = own_root(failed);
            fail(root.span().span_context(), &self, true);
        }
    }

    /// Whether this is to be told: not the same again, and not one of too many.
    fn should_report(&self, trace_id: TraceId) -> bool {
        let trace_id = trace_id.to_bytes();
        let stack = self.stacktrace.as_deref().unwrap_or_default();
        let identity = [
            &trace_id[..],
            self.exception_type.as_bytes(),
            self.message.as_bytes(),
            stack.as_bytes(),
        ];
        let now = platform::monotonic_ms();
        let should_report = DEDUPLICATOR.with(|cell| {
            let deduplicator = cell.try_borrow_mut().ok();
            deduplicator.is_some_and(|mut deduplicator| deduplicator.should_report(&identity, now))
        });
        if !should_report {
            pipeline::with(|pipeline| pipeline.queue.dropped.count(Reason::ExceptionRepeated, 1));
        }
        should_report
    }

    fn to_attributes(&self) -> Attributes {
        let mut attributes = otlp::event_attributes();
        if let Some((file, line, column)) = &self.location {
            attributes.set("code.file.path", &**file);
            attributes.set("code.line.number", i64::from(*line));
            attributes.set("code.column.number", i64::from(*column));
        }
        let texts = [
            ("exception.type", Some(&self.exception_type)),
            ("exception.message", Some(&self.message)),
            ("exception.stacktrace", self.stacktrace.as_ref()),
        ];
        for (key, text) in texts {
            if let Some(text) = text {
                attributes.set(key, &**text);
            }
        }
        attributes
    }
}

/// Marks the span and its action, whichever are open still; false when none is. Goes by ids and not
/// through the span's handle: whoever holds that may be the one that failed.
fn fail(failed: &SpanContext, exception: &Exception, should_report: bool) -> bool {
    let marked = pipeline::with(|pipeline| {
        let span = pipeline.active.find(failed.span_id());
        let root = pipeline.active.local_root_of(failed.trace_id());
        let telling = span.or(root);
        for key in [telling, root.filter(|_| telling != root)] {
            let Some(open) = pipeline.active_span(key) else {
                continue;
            };
            let description = text::truncated(&exception.message).to_owned();
            open.record.set_status(Status::error(description));
            if should_report && key == telling {
                let now = open.anchor.now();
                let attributes = exception.to_attributes();
                open.record.add_encoded_event("exception", now, &attributes);
            }
        }
        telling.is_some()
    });
    marked.unwrap_or_default()
}

/// Ends with its context. Links to the trace the error came from, if that is kept but over.
fn own_root(origin: &SpanContext) -> Context {
    let root = pipeline::with(|pipeline| {
        let started = pipeline.start_kept(NewSpan {
            name: "error".into(),
            kind: SpanKind::Internal,
            parent: &SpanContext::NONE,
            scope: pipeline::OWN_SCOPE,
            action: None,
        });
        if let (Some(root), true) = (pipeline.active_span(started.key), origin.is_sampled()) {
            root.record.add_link(origin, (&[], 0));
        }
        started
    });
    let Some(root) = root else {
        return Context::new();
    };
    let root = Context::new().with_span(Span::new(root));
    action::describe_root(&root);
    pipeline::annotate(&root, "app.action.trigger", "error");
    root
}
