//! Uncaught errors: JavaScript exceptions, unhandled promise rejections and Rust panics.
//!
//! Each is recorded on the action that caused it, or on a root span of its own. An uncaught exception has
//! a cause only while the listeners of an event run: afterwards it may come from any timer. A rejection has
//! one if it happened then, or in a microtask right after.

use std::cell::Cell;
use std::panic::PanicHookInfo;

use opentelemetry::Context;
use opentelemetry::trace::{TraceContextExt, TraceId};
use wasm_bindgen::JsValue;
use web_sys::{Event, Window};

use crate::browser::listener::listen;
use crate::browser::{js, mask};
use crate::causality::{navigations, paint};
use crate::core::redact;
use crate::export::schedule;
use crate::trace::exception::Exception;
#[cfg(feature = "user-action")]
use crate::trace::rejection;
use crate::trace::{dispatch, pipeline};

/// Browsers collect ten frames by default, which end inside the panic machinery.
const MAX_STACK_FRAMES: i32 = 50;
const ELEMENT_NODE: f64 = 1.0;
/// Browsers report that observers are notified one frame later in the same way as an error.
const NOTICE: &str = "ResizeObserver loop";

thread_local! {
    /// A panic ends in a trap, which the browser also reports as a `RuntimeError`.
    static PANICKED: Cell<bool> = const { Cell::new(false) };
    #[cfg(any(feature = "window-fetch", feature = "xhr"))]
    static HAS_PANICKED: Cell<bool> = const { Cell::new(false) };
}

/// Whether any code of this instance has panicked.
#[cfg(any(feature = "window-fetch", feature = "xhr"))]
pub(crate) fn has_panicked() -> bool {
    HAS_PANICKED.get()
}

/// Sets the panic hook, and listens for errors and rejections.
pub(crate) fn install(window: &Window) {
    let previous = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        record_panic(info);
        previous(info);
    }));
    listen(window, "error", on_error);
    listen(window, "unhandledrejection", on_rejection);
}

/// Records a panic on the action that caused it, ends its trace, and sends it while the page can.
///
/// [`install`](crate::Builder::install) calls this from a panic hook, so most applications do not have
/// to. Call it yourself if a framework replaces the panic hook afterwards, as Yew does; with Yew,
/// `otel_web_yew::install_panic_hook` is all you need.
///
/// The span gets the event `exception` with type `panic`, message, stack trace and source location,
/// and its trace ends with the outcome `error`: after a panic, no Rust code of the page may run again.
///
/// For errors that the code handles, use [`record_error`](crate::record_error).
///
/// # Examples
///
/// ## A panic hook of your own
///
/// ```no_run
/// std::panic::set_hook(Box::new(|info| {
///     otel_web::record_panic(info);
///     // Then show an apology.
/// }));
/// ```
pub fn record_panic(info: &PanicHookInfo<'_>) {
    let cause = || dispatch::of_latest_event().or_else(navigations::in_progress);
    let context = current_or(cause);
    describe(info).record_on(&context);
    PANICKED.set(true);
    #[cfg(any(feature = "window-fetch", feature = "xhr"))]
    HAS_PANICKED.set(true);
    end_trace_of(&context);
    drop(context);
    paint::end_waiting();
    schedule::flush_before_exit();
}

/// Converts the panic to an exception with message, stack trace and source location.
fn describe(info: &PanicHookInfo<'_>) -> Exception {
    let message = info.payload_as_str().unwrap_or_default().to_owned();
    let mut exception = Exception::new("panic", message);
    exception.stacktrace = stacktrace();
    let location = info.location();
    exception.location = location.map(|at| (at.file().to_owned(), at.line(), at.column()));
    exception
}

/// Returns the stack trace of the running code in the browser's format. It has the names of functions
/// if the build keeps them.
fn stacktrace() -> Option<String> {
    let class = js::global("Error");
    let limit = js::get(&class, "stackTraceLimit");
    let has_limit = !limit.is_undefined();
    // A browser without this property has a limit of its own.
    if has_limit {
        js::set(&class, "stackTraceLimit", &MAX_STACK_FRAMES.into());
    }
    let error = js::construct("Error", &JsValue::UNDEFINED);
    if has_limit {
        js::set(&class, "stackTraceLimit", &limit);
    }
    js::text(&error?, "stack")
}

/// Handles `error` events of the window and, through the capture phase, of elements.
fn on_error(event: &Event) {
    // A resource that failed to load has neither error nor message; a cross-origin script has only a
    // message.
    let error = js::get(event, "error");
    let message = js::text(event, "message").filter(|message| !message.starts_with(NOTICE));
    let path = js::call(event, "composedPath", &JsValue::UNDEFINED);
    let source = js::get(&path, "0");
    // Only events that an element dispatches itself come from one; errors in listeners do not.
    let mut exception =
        if js::float(&source, "nodeType") == ELEMENT_NODE && mask::is_masked(&source) {
            Exception::new("Error", String::new())
        } else if !error.is_undefined() && error != JsValue::NULL {
            Exception::from_js(&error, "Error")
        } else if let Some(message) = message {
            Exception::new("Error", message)
        } else {
            return;
        };
    if exception.stacktrace.is_none() {
        exception.location = location(event);
    }
    record(exception, dispatch::of_running_listener());
}

/// Returns where a value without a stack trace was thrown.
fn location(event: &Event) -> Option<(String, u32, u32)> {
    let file = redact::url(&js::text(event, "filename")?);
    let number = |key| js::float(event, key) as u32;
    Some((file, number("lineno"), number("colno")))
}

fn on_rejection(event: &Event) {
    let reason = js::get(event, "reason");
    let exception = Exception::from_js(&reason, "UnhandledRejection");
    #[cfg(feature = "user-action")]
    let cause = rejection::of_rejection();
    #[cfg(not(feature = "user-action"))]
    let cause = None;
    record(exception, cause);
}

/// Records an exception on the running action, else on `cause`. Skips the trap that follows a panic.
fn record(exception: Exception, cause: Option<Context>) {
    let is_trap = exception.exception_type == "RuntimeError";
    if !(is_trap && PANICKED.replace(false)) {
        exception.record_on(&current_or(|| cause));
    }
}

/// Returns the running action, or else another one.
fn current_or(other: impl FnOnce() -> Option<Context>) -> Context {
    let attached = Context::current();
    if attached.has_active_span() {
        return attached;
    }
    other().unwrap_or(attached)
}

/// Ends the spans of the trace: after a panic, no code of it runs again.
fn end_trace_of(context: &Context) {
    let trace_id = context.span().span_context().trace_id();
    if trace_id != TraceId::INVALID {
        pipeline::end_all(&|span| span.record.context.trace_id() == trace_id, "error");
    }
}
