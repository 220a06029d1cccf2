//! The DOM event that is being dispatched, and its action.
//!
//! `dom_events` starts the action. Code in the event's handlers finds it with [`of_current_event`],
//! which compares against the event that the browser reports as current (`window.event`). Code that
//! runs later belongs to the action only if such a handler started it.
//!
//! For listeners inside a shadow tree, browsers do not set `window.event`. The event's `currentTarget` is
//! then an element of that tree, until the next listener runs. Only microtasks that these listeners have
//! queued can run in between.

use std::cell::Cell;

use opentelemetry::Context;
use wasm_bindgen::prelude::*;
use web_sys::Event;

use crate::browser::{js, platform};
use crate::core::slot;
#[cfg(feature = "xhr")]
use crate::trace::sender;

thread_local! {
    pub(crate) static DISPATCH: Cell<Option<Dispatch>> = const { Cell::new(None) };
}

/// The event that is being dispatched, and its action.
pub(crate) struct Dispatch {
    pub(crate) event: Event,
    pub(crate) context: Context,
}

/// Returns the action of the event whose listeners are running, if it has one.
pub(crate) fn of_current_event() -> Option<Context> {
    // `current` reads the dispatch, too, so it is called afterwards.
    let latest = with(|dispatch| (dispatch.event.clone(), dispatch.context.clone()));
    let is_current = |(event, _): &(Event, Context)| current().as_ref() == Some(event);
    let own = latest.filter(is_current).map(|(_, context)| context);
    #[cfg(feature = "xhr")]
    let own = own.or_else(|| {
        let event = sender::are_any().then(current).flatten()?;
        sender::of_target(&event)
    });
    own
}

/// Returns the action of an event that is still being dispatched. Unlike [`of_current_event`], this works in
/// a listener of another event that happens meanwhile, such as `error`.
#[cfg(feature = "errors")]
pub(crate) fn of_running_listener() -> Option<Context> {
    let is_running = |dispatch: &Dispatch| js::is(&dispatch.event, "currentTarget");
    with(|dispatch| is_running(dispatch).then(|| dispatch.context.clone())).flatten()
}

/// Returns the action of the latest event, until a task after its dispatch has run.
pub(crate) fn of_latest_event() -> Option<Context> {
    with(|dispatch| dispatch.context.clone())
}

/// Reads the stored dispatch. `None` while it is being replaced.
pub(crate) fn with<R>(f: impl FnOnce(&Dispatch) -> R) -> Option<R> {
    slot::with_default(&DISPATCH, |dispatch| dispatch.as_ref().map(f))
}

/// Returns the event whose listeners are running.
pub(crate) fn current() -> Option<Event> {
    let event = js::global("event");
    if js::is(&event, "type") {
        return Some(event.unchecked_into());
    }
    #[cfg(feature = "user-action")]
    let hidden = with(|dispatch| Some(dispatch.event.clone()).filter(is_in_shadow_tree)).flatten();
    #[cfg(not(feature = "user-action"))]
    let hidden = None;
    hidden
}

/// Whether the running listener belongs to a shadow tree, whose root has a host.
#[cfg(feature = "user-action")]
fn is_in_shadow_tree(event: &Event) -> bool {
    let target = js::get(event, "currentTarget");
    js::is(
        &js::call(&target, "getRootNode", &JsValue::UNDEFINED),
        "host",
    )
}

/// Returns when the event happened, on the monotonic clock. Some synthetic events have no valid time
/// stamp; for these it is the current time.
pub(crate) fn time_ms(event: &Event) -> f64 {
    let now = platform::monotonic_ms();
    let stamp = js::float(event, "timeStamp");
    if stamp > 0.0 && stamp <= now {
        stamp
    } else {
        now
    }
}

pub(crate) fn type_of(event: &Event) -> String {
    js::text(event, "type").unwrap_or_default()
}
