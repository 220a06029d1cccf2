//! Carrying the current trace through asynchronous code.
//!
//! When a callback returns, the browser no longer knows which action it belonged to. A Rust future
//! can carry that along: [`with_current_context`] attaches a [`Context`] at each poll, across every
//! `.await`, so that all work of the future belongs to the action it was created in. No global of
//! the page is patched for this.

use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;

use crate::with_context::{self, WithContext};
use crate::{action, instrument};

/// Returns the context of the running code.
///
/// This is the attached context. Without one, it is the context of the action whose DOM event is
/// being dispatched. Otherwise it is empty.
///
/// Use [`cause`] instead in code that a framework runs later, such as effects.
///
/// # Example: checking for a trace
///
/// ```
/// use opentelemetry::trace::TraceContextExt;
///
/// fn is_traced() -> bool {
///     otel_web::current().has_active_span()
/// }
/// # assert!(!is_traced());
/// ```
#[must_use]
pub fn current() -> Context {
    let attached = Context::current();
    if attached.has_active_span() {
        return attached;
    }
    action::of_current_event().unwrap_or(attached)
}

/// Returns the context of the code that caused the running code.
///
/// Use it in code that a framework runs soon after a change of state: effects, and the rendering of
/// a page. In handlers and futures, use [`current`].
///
/// This is the attached context. Without one, it is the context of the action whose code has run
/// last, or whose DOM event was dispatched last. If that action has led to a navigation or page
/// load, it is the context of the latter until its first frame is painted. Otherwise it is empty.
///
/// # Example: an effect
///
/// ```no_run
/// # async fn load_suggestions() {}
/// // Nothing is attached here, but a click or a navigation has caused this effect.
/// let cause = otel_web::cause();
/// wasm_bindgen_futures::spawn_local(otel_web::with_context(cause, load_suggestions()));
/// ```
#[must_use]
pub fn cause() -> Context {
    let attached = Context::current();
    if attached.has_active_span() {
        return attached;
    }
    let action = with_context::last_polled().or_else(action::of_latest_event);
    let navigation = instrument::navigation_in_progress();
    match (action, navigation) {
        (Some(action), Some(navigation)) if is_same_trace(&action, &navigation) => navigation,
        (Some(action), _) => action,
        (None, navigation) => navigation.unwrap_or(attached),
    }
}

fn is_same_trace(a: &Context, b: &Context) -> bool {
    a.span().span_context().trace_id() == b.span().span_context().trace_id()
}

/// Returns the trace id of [`current`] as 32 lowercase hexadecimal digits, or `None` outside of a
/// trace.
///
/// # Example: an error message for support requests
///
/// ```
/// fn message() -> String {
///     let trace_id = otel_web::current_trace_id();
///     let trace_id = trace_id.as_deref().unwrap_or("none");
///     format!("Something went wrong. Support needs this trace id: {trace_id}")
/// }
/// # assert!(message().ends_with("none"));
/// ```
#[must_use]
pub fn current_trace_id() -> Option<String> {
    let context = current();
    let span = context.span();
    let span_context = span.span_context();
    span_context
        .is_valid()
        .then(|| span_context.trace_id().to_string())
}

/// Attaches [`current`] to a future at each poll.
///
/// Use it for a future that other code polls. [`spawn`] does the same and runs the future, and
/// [`with_context()`] takes any context.
///
/// # Example: handing a future to an executor
///
/// ```no_run
/// # async fn load(_page: u32) {}
/// // In a click handler: spans of `load` become part of the click, no matter who polls it.
/// let page = otel_web::with_current_context(load(7));
/// wasm_bindgen_futures::spawn_local(page);
/// ```
pub fn with_current_context<F: Future>(future: F) -> WithContext<F> {
    with_context(current(), future)
}

/// Attaches a context to a future at each poll.
///
/// Use it for a context that was saved earlier, or for that of [`cause`]. For the context of the
/// running code, use [`with_current_context`].
///
/// # Example: an effect
///
/// ```no_run
/// # async fn load_suggestions() {}
/// // Nothing is attached here, but a click or a navigation has caused this effect.
/// let cause = otel_web::cause();
/// wasm_bindgen_futures::spawn_local(otel_web::with_context(cause, load_suggestions()));
/// ```
pub fn with_context<F: Future>(context: Context, future: F) -> WithContext<F> {
    WithContext::new(context, future)
}

/// Runs a future on the browser's event loop, with [`current`] attached at each poll.
///
/// An action does not end before the futures that it has spawned.
///
/// # Example: work that continues in the background
///
/// ```no_run
/// # async fn prefetch() {}
/// otel_web::action("feed.open").start().run(async {
///     // Part of the action, which ends after it.
///     otel_web::spawn(prefetch());
/// });
/// ```
pub fn spawn(future: impl Future<Output = ()> + 'static) {
    wasm_bindgen_futures::spawn_local(with_current_context(future));
}
