//! The action to which an unhandled rejection belongs.
//!
//! The browser reports rejections in a task after the one in which they happened. A timer that was due
//! while the listeners of a click ran may reject in between. Tasks of equal priority run in order, so a
//! message is posted in the dispatch of the event, and another one when it arrives: the report of the
//! listeners' own rejections comes before the second message, that of a timer after it.

use std::cell::Cell;

use opentelemetry::Context;
use wasm_bindgen::prelude::*;

use crate::browser::js;
use crate::core::slot;

thread_local! {
    static OWNER: Cell<Option<Context>> = const { Cell::new(None) };
    /// The number of events whose second message has not arrived.
    static PENDING: Cell<usize> = const { Cell::new(0) };
    static CHANNEL: JsValue = channel();
}

/// Returns the action whose listeners have caused a rejection that is reported now.
pub(crate) fn of_rejection() -> Option<Context> {
    slot::with_default(&OWNER, |owner| owner.clone())
}

/// To be called in the dispatch of an event.
pub(crate) fn dispatch_started(action: &Context) {
    PENDING.set(PENDING.get() + 1);
    // Dropping a context may end a span, so it happens after the borrow.
    drop(OWNER.replace(Some(action.clone())));
    post(true);
}

fn channel() -> JsValue {
    let channel = js::construct("MessageChannel", &JsValue::UNDEFINED).unwrap_or_default();
    let receive = js::callback(|event| receive(js::is(&event, "data")));
    js::set(&js::get(&channel, "port1"), "onmessage", &receive);
    channel
}

fn post(is_first: bool) {
    CHANNEL.with(|channel| js::call(&js::get(channel, "port2"), "postMessage", &is_first.into()));
}

fn receive(is_first: bool) {
    if is_first {
        post(false);
    } else {
        PENDING.set(PENDING.get() - 1);
        if PENDING.get() == 0 {
            drop(OWNER.take());
        }
    }
}
