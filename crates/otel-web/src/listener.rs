//! Event listeners that stay for the life of the page.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{AddEventListenerOptions, Event, EventTarget};

/// Listens in the capture phase, before any listener of the page, and never keeps it from scrolling.
pub(crate) fn listen(target: &EventTarget, event: &str, handle: impl FnMut(Event) + 'static) {
    let closure = Closure::<dyn FnMut(Event)>::new(handle);
    let options = AddEventListenerOptions::new();
    options.set_capture(true);
    options.set_passive(true);
    // A browser that refuses a listener leaves the page as it is, without this part of telemetry.
    let _ = target.add_event_listener_with_callback_and_add_event_listener_options(
        event,
        closure.as_ref().unchecked_ref(),
        &options,
    );
    closure.forget();
}
