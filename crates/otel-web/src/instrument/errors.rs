//! What went wrong without being caught: JavaScript errors, rejected promises, Rust panics. Each is
//! recorded on the action that caused it, or on a root of its own.

use std::cell::Cell;
use std::panic::PanicHookInfo;

use opentelemetry::Context;
use opentelemetry::trace::{TraceContextExt, TraceId};
use wasm_bindgen::JsValue;
use web_sys::{Event, Window};

use crate::exception::Exception;
use crate::listener::listen;
use crate::{action, export, instrument, js, mask, pipeline};

const STACK_FRAMES: i32 = 50;
const ELEMENT_NODE: f64 = 1.0;

thread_local! {
    /// A panic ends in a trap, which the browser reports once more as an error.
    static PANICKED: Cell<bool> = const { Cell::new(false) };
}

/// Notices errors from now on.
pub(crate) fn install(window: &Window) {
    let earlier = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        record_panic(info);
        earlier(info);
    }));
    listen(window, "error", on_error);
    listen(window, "unhandledrejection", on_rejection);
}

/// Records a panic on the action that caused it, and sends its trace while that is still possible.
///
/// [`install`](crate::Builder::install) sets it as the panic hook. A framework that sets its own
/// afterwards takes its place: call this from the framework's then.
pub fn record_panic(info: &PanicHookInfo<'_>) {
    let context = responsible();
    describe(info).record_on(&context);
    PANICKED.set(true);
    #[cfg(feature = "window-fetch")]
    instrument::window_fetch::stop();
    end_trace_of(&context);
    drop(context);
    action::finish_painting();
    export::flush_before_exit();
}

fn describe(info: &PanicHookInfo<'_>) -> Exception {
    let message = info.payload_as_str().unwrap_or_default().to_owned();
    let mut exception = Exception::new("panic", message);
    exception.stacktrace = stacktrace();
    let location = info.location();
    exception.location = location.map(|at| (at.file().to_owned(), at.line(), at.column()));
    exception
}

/// Of the running code, as the browser writes it: with the names of functions where the build keeps
/// them. Ten frames, which browsers stop at, are not enough to see past the panic itself.
fn stacktrace() -> Option<String> {
    let class = js::global("Error");
    let limit = js::get(&class, "stackTraceLimit");
    let has_limit = !limit.is_undefined();
    // Where the limit may not be set, there are ten frames.
    if has_limit {
        js::set(&class, "stackTraceLimit", &STACK_FRAMES.into());
    }
    let error = js::construct("Error", &JsValue::UNDEFINED);
    if has_limit {
        js::set(&class, "stackTraceLimit", &limit);
    }
    js::text(&error?, "stack")
}

fn on_error(event: &Event) {
    // A resource that failed to load has neither. A foreign script's error has a message only.
    let error = js::get(event, "error");
    let path = js::call(event, "composedPath", &JsValue::UNDEFINED);
    let source = js::get(&path, "0");
    // Only what an element dispatches by itself comes from one; an error in a listener does not.
    if js::float(&source, "nodeType") == ELEMENT_NODE && mask::is_masked(&source) {
        Exception::new("Error", String::new()).record_on(&responsible());
    } else if !error.is_null_or_undefined() {
        record(&error, "Error");
    } else if let Some(message) = js::text(event, "message") {
        Exception::new("Error", message).record_on(&responsible());
    }
}

fn on_rejection(event: &Event) {
    record(&js::get(event, "reason"), "UnhandledRejection");
}

fn record(thrown: &JsValue, default_type: &str) {
    let exception = Exception::from_js(thrown, default_type);
    let is_trap = exception.exception_type == "RuntimeError";
    if !(is_trap && PANICKED.replace(false)) {
        exception.record_on(&responsible());
    }
}

/// The running action; where nothing is attached, the one whose event or navigation is under way.
fn responsible() -> Context {
    let attached = Context::current();
    if attached.has_active_span() {
        return attached;
    }
    let cause = action::of_latest_event().or_else(instrument::navigation_in_progress);
    cause.unwrap_or(attached)
}

/// After a panic nothing of its trace may ever run again.
fn end_trace_of(context: &Context) {
    let trace_id = context.span().span_context().trace_id();
    if trace_id != TraceId::INVALID {
        pipeline::end_all(&|span| span.record.context.trace_id() == trace_id, "error");
    }
}
