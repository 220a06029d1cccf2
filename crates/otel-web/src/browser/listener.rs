//! Event listeners that are never removed.

use wasm_bindgen::JsCast;
use web_sys::{Event, EventTarget};

use crate::browser::js;

/// Adds a listener to the capture phase, where it runs before the listeners of the page. It is
/// passive, so it does not delay scrolling.
pub(crate) fn listen(target: &EventTarget, event: &str, handle: fn(&Event)) {
    let callback = js::callback(move |event| handle(event.unchecked_ref()));
    let options = js_sys::Object::new();
    for option in ["capture", "passive"] {
        js::set(&options, option, &true.into());
    }
    // If the browser refuses the listener, telemetry works without its events.
    js::call3(
        target,
        "addEventListener",
        &event.into(),
        &callback,
        &options,
    );
}
