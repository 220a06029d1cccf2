//! Errors of the application, recorded on their spans; and the SDK's own, told on the console.

use std::cell::RefCell;
use std::fmt::Display;

use opentelemetry::trace::{Status, TraceContextExt};
use opentelemetry::{Context, KeyValue};

use crate::{pipeline, platform};

thread_local! {
    static TOLD: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Says a thing on the console, the first time only: a page may meet the same trouble every second.
pub(crate) fn warn_once(message: &str) {
    let is_new = TOLD.with(|told| {
        let mut told = told.borrow_mut();
        let is_new = !told.iter().any(|known| known == message);
        if is_new {
            told.push(message.to_owned());
        }
        is_new
    });
    if is_new {
        platform::warn(&format!("otel-web: {message}"));
    }
}

/// Records that the running code failed: an exception on the current span, and the status `error`
/// there and on the action it belongs to.
pub fn record_error(error: impl Display) {
    record_error_on(&crate::current(), "error", &error.to_string());
}

/// Goes by ids and not through the span's handle: whoever holds that may be the one that failed.
pub(crate) fn record_error_on(context: &Context, exception_type: &str, message: &str) {
    let span_context = context.span().span_context().clone();
    pipeline::with(|pipeline| {
        let span = pipeline.open.find(span_context.span_id());
        let root = pipeline.open.local_root_of(span_context.trace_id());
        for ticket in [span, root.filter(|_| span != root)].into_iter().flatten() {
            let Some(open) = pipeline.open.get_mut(ticket) else {
                continue;
            };
            open.record.set_status(Status::error(message.to_owned()));
            if Some(ticket) == span || span.is_none() {
                let attributes = [
                    KeyValue::new("exception.type", exception_type.to_owned()),
                    KeyValue::new("exception.message", message.to_owned()),
                ];
                let now = open.anchor.now();
                open.record.add_event("exception", now, (&attributes, 0));
            }
        }
    });
}
