//! Errors, recorded on the span they happened in and on the action that span belongs to.

use std::any::type_name;
use std::cell::Cell;

#[cfg(feature = "errors")]
use js_sys::Array;
use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, SpanKind, Status, TraceContextExt, TraceId};
#[cfg(feature = "errors")]
use wasm_bindgen::JsValue;

#[cfg(feature = "errors")]
use crate::browser::js;
use crate::browser::platform;
use crate::core::deduplicator::Deduplicator;
use crate::core::drops::DropReason;
use crate::core::otlp::attributes::{self, Attributes};
use crate::core::{slot, text};
use crate::trace::pipeline::{self, NewSpan};
use crate::trace::root::PageState;
use crate::trace::span::Span;

/// The maximum number of errors that are recorded as the causes of one.
#[cfg(feature = "errors")]
const MAX_CAUSES: u32 = 8;

thread_local! {
    static DEDUPLICATOR: Cell<Deduplicator> = const { Cell::new(Deduplicator::new()) };
}

/// An exception. The fields are named after the semantic conventions.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Exception {
    pub(crate) exception_type: String,
    pub(crate) message: String,
    pub(crate) stacktrace: Option<String>,
    /// The source location of a panic: file, line, column.
    pub(crate) location: Option<(String, u32, u32)>,
    /// Further attributes of the event.
    #[cfg(feature = "tracing")]
    pub(crate) attributes: Option<Attributes>,
}

/// Returns the name of the error's type, or `error` for a text, whose type carries no information.
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

    /// Reads a thrown value, which may be of any type. Values without a `name` get `default_type`. The
    /// errors that led to it are part of its stack trace.
    #[cfg(feature = "errors")]
    pub(crate) fn from_js(thrown: &JsValue, default_type: &str) -> Self {
        let mut causes = String::new();
        append_causes(thrown, &mut causes, &mut { MAX_CAUSES });
        let stack = js::text(thrown, "stack");
        let has_trace = stack.is_some() || !causes.is_empty();
        Self {
            exception_type: js::text(thrown, "name").unwrap_or_else(|| default_type.to_owned()),
            message: describe(thrown),
            stacktrace: has_trace.then(|| stack.unwrap_or_default() + &causes),
            ..Self::default()
        }
    }

    /// Sets the status of the span and its action, and adds the exception unless it is a repetition. If
    /// neither is open, or the trace is not sampled, the exception gets a root of its own.
    pub(crate) fn record_on(self, context: &Context) {
        let span = context.span();
        let failed = span.span_context();
        let should_report = self.should_report(failed.trace_id());
        if !fail(failed, &self, should_report) && should_report {
            let root = start_error_root(failed);
            fail(root.span().span_context(), &self, true);
        }
    }

    /// Returns whether to report the exception. Repeated ones, and those above the rate limit, are
    /// counted as dropped.
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
        let should_report = slot::with_default(&DEDUPLICATOR, |deduplicator| {
            deduplicator.should_report(&identity, now)
        });
        if !should_report {
            pipeline::with(|pipeline| pipeline.queue.drops.add(DropReason::ExceptionRepeated, 1));
        }
        should_report
    }

    /// Encodes the exception as attributes of its event.
    fn to_attributes(&self) -> Attributes {
        let mut attributes = attributes::event_attributes();
        #[cfg(feature = "tracing")]
        if let Some(further) = &self.attributes {
            attributes.clone_from(further);
        }
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

/// Appends the `errors` of an `AggregateError` and the `cause` of an error, and what led to these.
#[cfg(feature = "errors")]
fn append_causes(error: &JsValue, to: &mut String, left: &mut u32) {
    let errors = js::get(error, "errors");
    let mut causes = Vec::new();
    if Array::is_array(&errors) {
        causes.extend(Array::from(&errors).iter());
    }
    causes.push(js::get(error, "cause"));
    causes.retain(|cause| !cause.is_undefined() && *cause != JsValue::NULL);
    for cause in causes {
        if *left == 0 {
            return;
        }
        *left -= 1;
        to.push_str("\nCaused by: ");
        to.push_str(&describe_cause(&cause));
        append_causes(&cause, to, left);
    }
}

/// Returns the message. An object without one is described by its keys, since its values may be private.
#[cfg(feature = "errors")]
fn describe(thrown: &JsValue) -> String {
    let message = js::describe(thrown);
    if !thrown.is_object() || !message.is_empty() && !message.starts_with("[object ") {
        return message;
    }
    let keys = js::call(&js::global("Object"), "keys", thrown);
    let keys = js::call(&keys, "join", &", ".into()).as_string();
    [&*message, " with keys ", &keys.unwrap_or_default()].concat()
}

/// Returns type, message and stack trace. In some browsers, the stack trace starts with the others.
#[cfg(feature = "errors")]
fn describe_cause(cause: &JsValue) -> String {
    let message = describe(cause);
    let Some(name) = js::text(cause, "name") else {
        return message;
    };
    let head = [&*name, ": ", &message].concat();
    match js::text(cause, "stack") {
        Some(stack) if stack.starts_with(&head) => stack,
        Some(stack) => [&*head, "\n", &stack].concat(),
        None => head,
    }
}

/// Marks the span and its action, as far as they are open. False if neither is.
///
/// Finds them by their ids and not by a handle, because the code that owns the handle may be the code
/// that failed.
fn fail(failed: &SpanContext, exception: &Exception, should_report: bool) -> bool {
    let marked = pipeline::with(|pipeline| {
        let span = pipeline.active.find(failed.span_id());
        let root = pipeline.active.local_root_of(failed.trace_id());
        let target = span.or(root);
        for key in [target, root.filter(|_| target != root)] {
            let Some(active) = pipeline.active_span(key) else {
                continue;
            };
            let description = text::truncated(&exception.message).to_owned();
            active.record.set_status(Status::error(description));
            if should_report && key == target {
                let now = active.anchor.unix_nanos(platform::monotonic_ms());
                let attributes = exception.to_attributes();
                active
                    .record
                    .add_encoded_event("exception", now, &attributes);
            }
        }
        target.is_some()
    });
    marked.unwrap_or_default()
}

/// Starts the root `error`, which ends with its context. Links it to the error's trace, if that is
/// sampled but has ended.
fn start_error_root(origin: &SpanContext) -> Context {
    let page = PageState::read();
    let root = pipeline::with(|pipeline| {
        let started = pipeline.start_sampled(NewSpan::own(
            "error",
            SpanKind::Internal,
            &SpanContext::NONE,
        ));
        if let Some(root) = pipeline.active_span(started.key) {
            if origin.is_sampled() {
                root.record.add_link(origin, (&[], 0));
            }
            page.describe(&mut root.record);
            root.record.attributes.set("app.action.trigger", "error");
        }
        started
    });
    let Some(root) = root else {
        return Context::new();
    };
    Context::new().with_span(Span::new(root))
}
