//! The current context, and how to carry it through asynchronous code.
//!
//! A browser forgets the cause of asynchronous code as soon as a callback returns. A Rust future does
//! not: [`with_current_context`] attaches a [`Context`] at each poll, after any number of `.await`s, so
//! that the work of the future belongs to the action in which it was created. No browser API is
//! patched.

use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;

use crate::causality::navigations;
use crate::causality::with_context::{self, WithContext};
use crate::trace::dispatch;

/// Returns the context of the running code.
///
/// That is the attached context; else the action of the DOM event whose listeners are running; else an
/// empty context.
///
/// Use it to carry the trace into code that is not a future. [`spawn`] and [`with_current_context`] call
/// it for futures. [`Context::current`] returns only an attached context, and so misses the action of a
/// plain event listener.
///
/// # Lifetime
///
/// An action does not end while a clone of its context exists. Drop the context when the work is done;
/// one that is stored for the life of the page keeps its action open until it times out.
///
/// # Examples
///
/// ## A callback that JavaScript calls later
///
/// ```no_run
/// # fn set_timeout(_: impl FnOnce() + 'static) {}
/// # fn refresh() {}
/// let context = otel_web::current();
/// set_timeout(move || {
///     let _attached = context.attach();
///     // Spans and requests that start here belong to the trace that set the timer.
///     refresh();
/// });
/// ```
#[must_use]
pub fn current() -> Context {
    let attached = Context::current();
    if attached.has_active_span() {
        return attached;
    }
    dispatch::of_current_event().unwrap_or(attached)
}

/// Returns the context of the action or navigation that caused the running code, for code that a
/// framework runs soon after its cause: renderings and effects.
///
/// A framework does not render where state was changed, but in a microtask soon after, where no context
/// is attached. `cause` returns, in this order:
///
/// 1. the attached context, like [`current`];
/// 2. the action whose code ran last, until the microtasks it queued are done, and the two or three
///    microtasks that each of these queues, or until a framework with a
///    [scheduler](crate::set_render_scheduler) has rendered; or the action whose DOM event was dispatched last, until
///    the next task; or the navigation it led to, if that is in progress;
/// 3. the navigation or page load in progress, until its first frame is painted;
/// 4. an empty context.
///
/// To keep this exact, a future of another action is not polled while such effects are pending. Two
/// actions that become ready at the same time are therefore rendered one after the other.
///
/// Use `cause` in effects and while rendering, and [`current`] everywhere else. With Yew, `use_load` of
/// `otel-web-yew` does it for you.
///
/// # Examples
///
/// ## An effect that loads data
///
/// ```no_run
/// # async fn load_suggestions() {}
/// // Nothing is attached here, but a click or a navigation caused the rendering.
/// let load = otel_web::with_context(otel_web::cause(), load_suggestions());
/// wasm_bindgen_futures::spawn_local(load);
/// ```
///
/// ## A span for the rendering itself
///
/// ```no_run
/// use opentelemetry::global;
/// use opentelemetry::trace::Tracer;
/// # fn render() {}
///
/// let tracer = global::tracer("shop");
/// let span = tracer.start_with_context("list.render", &otel_web::cause());
/// render();
/// drop(span);
/// ```
#[must_use]
pub fn cause() -> Context {
    let attached = Context::current();
    if attached.has_active_span() {
        return attached;
    }
    let action = with_context::last_polled().or_else(dispatch::of_latest_event);
    let navigation = navigations::in_progress();
    match (action, navigation) {
        (Some(action), Some(navigation)) if is_same_trace(&action, &navigation) => navigation,
        (Some(action), _) => action,
        (None, navigation) => navigation.unwrap_or(attached),
    }
}

fn is_same_trace(one: &Context, other: &Context) -> bool {
    one.span().span_context().trace_id() == other.span().span_context().trace_id()
}

/// Returns the trace id of [`current`] as 32 lowercase hexadecimal digits, or `None` outside a trace.
///
/// Show it to users who report a problem, so that the trace can be found. The trace exists only if its
/// session is [sampled](crate::Builder::sample_ratio).
///
/// # Examples
///
/// ## An error message with a trace id
///
/// ```
/// fn apology() -> String {
///     let trace = otel_web::current_trace_id();
///     let trace = trace.as_deref().unwrap_or("none");
///     format!("That did not work. If you ask for help, mention the trace {trace}.")
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

/// Attaches the [current] context to a future, for each of its polls.
///
/// Use it if other code polls the future. If it runs on its own, [`spawn`] is shorter; for another
/// context than the current one, use [`with_context`](with_context()).
///
/// It does what `FutureExt::with_current_context` of the API crate does, and in addition marks what the
/// future changes as the [cause] of the rendering that follows.
///
/// # Examples
///
/// ## A future that a library runs
///
/// ```no_run
/// # async fn load(_page: u32) {}
/// // In the handler of a click. The work of `load` belongs to the click, whenever it is polled.
/// let page = otel_web::with_current_context(load(7));
/// wasm_bindgen_futures::spawn_local(page);
/// ```
pub fn with_current_context<F: Future>(future: F) -> WithContext<F> {
    with_context(current(), future)
}

/// Attaches a context to a future, for each of its polls.
///
/// Use it with a context taken earlier, for instance [`cause`] in an effect or
/// [`Action::context`](crate::Action::context). For the current context, use [`with_current_context`].
///
/// # Examples
///
/// ## A future of a given action
///
/// ```no_run
/// # async fn upload() {}
/// let action = otel_web::action("photo.upload").start();
/// let upload = otel_web::with_context(action.context(), upload());
/// wasm_bindgen_futures::spawn_local(upload);
/// ```
pub fn with_context<F: Future>(context: Context, future: F) -> WithContext<F> {
    WithContext::new(context, future)
}

/// Attaches the context of the [cause] to a future, for each of its polls.
///
/// Use it for futures that a component creates while it is rendered, such as the loader of a resource:
/// they become part of the action, navigation or page load that caused the rendering. In an event
/// handler, it does the same as [`with_current_context`].
///
/// # Examples
///
/// ## A resource
///
/// ```no_run
/// # fn use_resource<F: Future>(_load: impl Fn() -> F) {}
/// # async fn load(_id: u32) {}
/// # fn component(id: u32) {
/// // The framework calls the closure while it renders, and polls the future later.
/// use_resource(move || otel_web::with_cause(load(id)));
/// # }
/// ```
pub fn with_cause<F: Future>(future: F) -> WithContext<F> {
    with_context(cause(), future)
}

/// Runs a future on the browser's event loop, in the [current] context.
///
/// It replaces `wasm_bindgen_futures::spawn_local`, which would lose the trace. The action or other
/// ref-counted span of the context does not end before the future.
///
/// # Examples
///
/// ## Work that continues in parallel
///
/// ```no_run
/// # async fn prefetch() {}
/// # async fn show_first() {}
/// otel_web::action("feed.open").start().run(async {
///     // Part of the action, which does not end before it.
///     otel_web::spawn(prefetch());
///     show_first().await;
/// });
/// ```
pub fn spawn(future: impl Future<Output = ()> + 'static) {
    with_context::spawn(current(), Box::pin(future));
}
