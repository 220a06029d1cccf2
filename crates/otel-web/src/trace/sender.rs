//! The actions that have sent requests whose events are still to come.
//!
//! Listeners of a request may have been added before it was sent, so they run before those of this crate.
//! They find their action by the object that the running event is dispatched to.

use std::cell::Cell;

use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;
use wasm_bindgen::JsValue;

use crate::browser::js;
use crate::core::slot;

thread_local! {
    static SENDERS: Cell<Vec<(JsValue, Context)>> = const { Cell::new(Vec::new()) };
}

/// Lets the events of a request belong to the action of `sender`, which stays open until [`remove`].
pub(crate) fn add(request: &JsValue, sender: Context) {
    if sender.has_active_span() {
        slot::with_default(&SENDERS, |all| all.push((request.clone(), sender)));
    }
}

/// Returns the action that has sent a request.
pub(crate) fn of(request: &JsValue) -> Option<Context> {
    slot::with_default(&SENDERS, |all| {
        let (_, sender) = all.iter().find(|(known, _)| known == request)?;
        Some(sender.clone())
    })
}

/// Removes a request. Dropping the result may end the action, so it happens after the borrow.
pub(crate) fn remove(request: &JsValue) -> Option<Context> {
    slot::with_default(&SENDERS, |all| {
        let index = all.iter().position(|(known, _)| known == request)?;
        Some(all.swap_remove(index).1)
    })
}

/// Whether an action has sent a request whose events are still to come.
pub(super) fn are_any() -> bool {
    slot::with_default(&SENDERS, |all| !all.is_empty())
}

/// Returns the action that has sent the request to which an event is dispatched.
pub(super) fn of_target(event: &JsValue) -> Option<Context> {
    of(&js::get(event, "currentTarget"))
}
