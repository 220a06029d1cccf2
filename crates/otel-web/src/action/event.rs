//! The DOM event that is being dispatched, and its action.
//!
//! `notice` opens the action; whoever handles the event finds it by [`of_current_event`], which
//! compares with the event the browser says it is dispatching. Code that runs later belongs to the
//! action only if it was started by such a handler.

use std::cell::RefCell;

use opentelemetry::Context;
use wasm_bindgen::prelude::*;
use web_sys::Event;

use crate::{js, platform};

thread_local! {
    pub(super) static DISPATCH: RefCell<Option<Dispatch>> = const { RefCell::new(None) };
}

/// The event that is being dispatched, and its action.
pub(super) struct Dispatch {
    pub(super) event: Event,
    pub(super) context: Context,
}

/// The action of the event whose listeners are running, if it has one.
pub(crate) fn of_current_event() -> Option<Context> {
    let is_it = |dispatch: &Dispatch| current().as_ref() == Some(&dispatch.event);
    with(|dispatch| is_it(dispatch).then(|| dispatch.context.clone())).flatten()
}

/// The action of the event that is, or a moment ago was, being dispatched.
pub(crate) fn of_latest_event() -> Option<Context> {
    with(|dispatch| dispatch.context.clone())
}

pub(super) fn with<R>(f: impl FnOnce(&Dispatch) -> R) -> Option<R> {
    DISPATCH.with(|cell| Some(f(cell.try_borrow().ok()?.as_ref()?)))
}

/// The event whose listeners are running.
pub(super) fn current() -> Option<Event> {
    let event = js::global("event");
    js::is(&event, "type").then(|| event.unchecked_into())
}

/// When the event happened, on the monotonic clock. Some synthetic events carry no such time.
pub(crate) fn time_ms(event: &Event) -> f64 {
    let now = platform::monotonic_ms();
    let stamp = js::float(event, "timeStamp");
    if stamp > 0.0 && stamp <= now {
        stamp
    } else {
        now
    }
}

pub(super) fn type_of(event: &Event) -> String {
    js::text(event, "type").unwrap_or_default()
}
