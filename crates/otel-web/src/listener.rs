//! Event listeners that stay for the life of the page.

use wasm_bindgen::JsCast;
use web_sys::{Event, EventTarget};

use crate::js;

/// Listens in the capture phase, before any listener of the page, and never keeps it from scrolling.
pub(crate) fn listen(target: &EventTarget, event: &str, handle: fn(&Event)) {
    let heard = js::callback(move |event| handle(event.unchecked_ref()));
    let options = js_sys::Object::new();
    for option in ["capture", "passive"] {
        js::set(&options, option, &true.into());
    }
    // A browser that refuses a listener leaves the page as it is, without this part of telemetry.
    js::call3(target, "addEventListener", &event.into(), &heard, &options);
}
