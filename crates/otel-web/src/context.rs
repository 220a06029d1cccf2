//! Carrying the current trace through asynchronous code.
//!
//! A browser forgets who started what as soon as a callback returns. A Rust future does not have to:
//! [`with_current_context`] attaches a [`Context`] each time the future is polled, however many `.await`s later, so
//! that whatever it does belongs to the action it was started in. Nothing global is patched.

use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;

use crate::with_context::{self, WithContext};
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

/// Like [`current`], for code that a framework runs soon after what caused it: effects, and the
/// rendering of a page. Where nothing is attached, it is the action whose code has just run or whose
/// DOM event was just dispatched, or the navigation or page load it led to, as long as the first
/// frame of that is not painted.
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

fn is_same_trace(one: &Context, other: &Context) -> bool {
    one.span().span_context().trace_id() == other.span().span_context().trace_id()
}

/// The trace id of [`current`], 32 lowercase hexadecimal digits; `None` outside of any trace.
///
/// # Example: something to tell the people who help
///
/// ```
/// fn apology() -> String {
///     let trace = otel_web::current_trace_id();
///     let trace = trace.as_deref().unwrap_or("none");
///     format!("That did not work. If you ask for help, name the trace {trace}.")
/// }
/// # assert!(apology().ends_with("none."));
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

/// Attaches [`current`] to a future, for each of its polls.
///
/// # Example: a future that somebody else runs
///
/// ```no_run
/// # async fn load(_page: u32) {}
/// // In the handler of a click. What `load` does belongs to the click, whoever polls it and when.
/// let page = otel_web::with_current_context(load(7));
/// wasm_bindgen_futures::spawn_local(page);
/// ```
pub fn with_current_context<F: Future>(future: F) -> WithContext<F> {
    with_context(current(), future)
}

/// Attaches a context to a future, for each of its polls.
///
/// # Example: the effect of a framework
///
/// ```no_run
/// # async fn load_suggestions() {}
/// // In an effect: nothing is attached here, but a click or a navigation led to it.
/// wasm_bindgen_futures::spawn_local(otel_web::with_context(otel_web::cause(), load_suggestions()));
/// ```
pub fn with_context<F: Future>(context: Context, future: F) -> WithContext<F> {
    WithContext::new(context, future)
}

/// Runs a future on the browser's event loop, inside the current trace.
///
/// # Example: work that goes on beside
///
/// ```no_run
/// # async fn prefetch() {}
/// otel_web::action("feed.open").start().run(async {
///     // Part of the action, which does not end before it.
///     otel_web::spawn(prefetch());
/// });
/// ```
pub fn spawn(future: impl Future<Output = ()> + 'static) {
    wasm_bindgen_futures::spawn_local(with_current_context(future));
}
