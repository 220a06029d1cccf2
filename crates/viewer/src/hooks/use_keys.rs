//! The keyboard, wherever the focus is, except while somebody types.

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, HtmlElement, KeyboardEvent};
use yew::{functional::use_effect_with, hook};

/// What a key means here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Search,
    NextTrace,
    PreviousTrace,
    Down,
    Up,
    Left,
    Right,
    Enter,
    Escape,
    Help,
}

impl Key {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "/" => Self::Search,
            "j" => Self::NextTrace,
            "k" => Self::PreviousTrace,
            "ArrowDown" => Self::Down,
            "ArrowUp" => Self::Up,
            "ArrowLeft" => Self::Left,
            "ArrowRight" => Self::Right,
            "Enter" => Self::Enter,
            "Escape" => Self::Escape,
            "?" => Self::Help,
            _ => return None,
        })
    }
}

/// Calls `on_key`, which says whether it used the key. `deps` are what it looks at.
#[hook]
pub(crate) fn use_keys<D: PartialEq + 'static>(deps: D, on_key: impl Fn(Key) -> bool + 'static) {
    use_effect_with(deps, move |_| {
        let listener = Closure::<dyn Fn(KeyboardEvent)>::new(move |event: KeyboardEvent| {
            if meant_for_us(&event) && Key::of(&event.key()).is_some_and(&on_key) {
                event.prevent_default();
                leave_pressed(&event);
            }
        });
        let document = web_sys::window().and_then(|window| window.document());
        let function = listener.as_ref().unchecked_ref();
        if let Some(document) = &document {
            // Registering a listener only fails for a signal that was aborted; there is none.
            let _ = document.add_event_listener_with_callback("keydown", function);
        }
        move || {
            if let Some(document) = document {
                let function = listener.as_ref().unchecked_ref();
                let _ = document.remove_event_listener_with_callback("keydown", function);
            }
        }
    });
}

/// Whoever walks on with the keyboard does not press what was clicked before: Enter then means
/// the span that is selected, not the row that was opened or the button that was pressed.
fn leave_pressed(event: &KeyboardEvent) {
    if event.key() == "Enter" {
        return;
    }
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlElement>().ok());
    if let Some(element) = target.filter(|element| element.matches("a, button").unwrap_or(false)) {
        // Failing to leave an element leaves the user where they are.
        let _ = element.blur();
    }
}

/// Not a browser's shortcut, not text being typed, not a dialog's, not a button's Enter.
fn meant_for_us(event: &KeyboardEvent) -> bool {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
        return false;
    }
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let inside = |selector| {
        target
            .as_ref()
            .is_some_and(|element| element.closest(selector).is_ok_and(|found| found.is_some()))
    };
    let pressed = event.key() == "Enter" && inside("a, button");
    !inside("input, textarea, select, dialog[open]") && !pressed
}
