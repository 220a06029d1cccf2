//! Whether the page is being printed, and the browser's font size.

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::Event;
use yew::{
    functional::{use_effect_with, use_state_eq},
    hook,
};

/// The font size for which the constants in pixels are made.
const USUAL_FONT_PX: f64 = 16.0;

/// Returns true while the page is printed: then rows outside of the viewport are in the document,
/// too.
#[hook]
pub(crate) fn use_printing() -> bool {
    let is_printing = use_state_eq(|| false);
    let state = is_printing.clone();
    use_effect_with((), move |()| {
        let window = web_sys::window();
        let listeners = [("beforeprint", true), ("afterprint", false)].map(|(event, value)| {
            let state = state.clone();
            let listener = Closure::<dyn Fn(Event)>::new(move |_: Event| state.set(value));
            if let Some(window) = &window {
                // Adding a listener fails only for an aborted signal, and none is passed.
                let _ = window
                    .add_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
            }
            (event, listener)
        });
        move || {
            for (event, listener) in listeners {
                if let Some(window) = &window {
                    let listener = listener.as_ref().unchecked_ref();
                    let _ = window.remove_event_listener_with_callback(event, listener);
                }
            }
        }
    });
    *is_printing
}

/// Returns the browser's font size as a multiple of the usual one.
pub(crate) fn rem_scale() -> f64 {
    let size = || {
        let window = web_sys::window()?;
        let root = window.document()?.document_element()?;
        let style = window.get_computed_style(&root).ok()??;
        let size = style.get_property_value("font-size").ok()?;
        size.trim_end_matches("px").parse::<f64>().ok()
    };
    size().map_or(1.0, |size| (size / USUAL_FONT_PX).clamp(0.5, 4.0))
}
