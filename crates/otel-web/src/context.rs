//! Carrying the current trace through asynchronous code.
//!
//! A browser forgets who started what as soon as a callback returns. A Rust future does not have to:
//! [`bind`] attaches a [`Context`] each time the future is polled, however many `.await`s later, so
//! that whatever it does belongs to the action it was started in. Nothing global is patched.

use std::future::Future;

use opentelemetry::Context;
use opentelemetry::trace::{FutureExt, TraceContextExt, WithContext};

use crate::{action, instrument};

/// The context of the running code: the attached one, else the action of the DOM event that is being
/// dispatched, else an empty one.
#[must_use]
pub fn current() -> Context {
    let attached = Context::current();
    if attached.has_active_span() {
        return attached;
    }
    action::of_current_event().unwrap_or(attached)
}

/// Like [`current`], and where that is empty the page load or navigation whose first frame is not
/// painted yet. For code that a framework runs later: effects of a page that is being shown.
#[must_use]
pub fn cause() -> Context {
    let current = current();
    if current.has_active_span() {
        return current;
    }
    instrument::navigation_in_progress().unwrap_or(current)
}

/// The trace id of [`current`], 32 lowercase hexadecimal digits; `None` outside of any trace.
#[must_use]
pub fn current_trace_id() -> Option<String> {
    let context = current();
    let span = context.span();
    let span_context = span.span_context();
    span_context
        .is_valid()
        .then(|| span_context.trace_id().to_string())
}

/// Attaches [`current`] to a future, for each of its polls.
pub fn bind<F: Future>(future: F) -> WithContext<F> {
    future.with_context(current())
}

/// Runs a future on the browser's event loop, inside the current trace.
pub fn spawn(future: impl Future<Output = ()> + 'static) {
    wasm_bindgen_futures::spawn_local(bind(future));
}
