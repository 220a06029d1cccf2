//! What went wrong without being caught: JavaScript errors, rejected promises, Rust panics. Each is
//! recorded on the action that caused it, or on a root of its own.

use std::cell::Cell;
use std::panic::PanicHookInfo;

use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;
use wasm_bindgen::JsCast;
use web_sys::{ErrorEvent, Event, PromiseRejectionEvent, Window};

use crate::action::{self, Opening};
use crate::diagnostics::record_error_on;
use crate::listener::listen;
use crate::{export, instrument, pipeline};

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
    listen(window, "error", |event| on_error(&event));
    listen(window, "unhandledrejection", |event| on_rejection(&event));
}

/// Records a panic on the action that caused it, and sends its trace while that is still possible.
///
/// [`install`](crate::Builder::install) sets it as the panic hook. A framework that sets its own
/// afterwards takes its place: call this from the framework's then.
pub fn record_panic(info: &PanicHookInfo<'_>) {
    let context = responsible();
    record_error_on(&context, "panic", &info.to_string());
    PANICKED.set(true);
    end_trace_of(&context);
    drop(context);
    action::finish_painting();
    export::flush_before_exit();
}

fn on_error(event: &Event) {
    // A resource that failed to load fires a plain event.
    let Some(event) = event.dyn_ref::<ErrorEvent>() else {
        return;
    };
    if !PANICKED.replace(false) {
        record_error_on(&responsible(), "Error", &event.message());
    }
}

fn on_rejection(event: &Event) {
    if let Some(event) = event.dyn_ref::<PromiseRejectionEvent>() {
        let reason = event.reason();
        let message = reason
            .dyn_ref::<js_sys::Error>()
            .map(|error| String::from(error.message()));
        let message = message
            .or_else(|| reason.as_string())
            .unwrap_or_else(|| format!("{reason:?}"));
        record_error_on(&responsible(), "UnhandledRejection", &message);
    }
}

/// The running action; where nothing is attached, the one whose event or navigation is under way.
fn responsible() -> Context {
    let attached = Context::current();
    if attached.has_active_span() {
        return attached;
    }
    action::of_latest_event()
        .or_else(instrument::navigation_in_progress)
        .unwrap_or_else(own_root)
}

fn own_root() -> Context {
    let opening = Opening {
        name: "error".into(),
        start_ms: None,
        is_named: true,
    };
    let context = action::open(opening, &Context::new());
    pipeline::annotate(&context, "app.action.trigger", "error");
    context
}

/// After a panic nothing of its trace may ever run again.
fn end_trace_of(context: &Context) {
    let trace_id = context.span().span_context().trace_id();
    pipeline::end_all(&|span| span.record.context.trace_id() == trace_id, "error");
}
