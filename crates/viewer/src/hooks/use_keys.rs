//! Keyboard shortcuts.

use std::{cell::RefCell, rc::Rc};

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Document, Element, HtmlElement, KeyboardEvent};
use yew::{
    functional::{use_memo, use_mut_ref},
    hook,
};

use super::are_letters_keys;

/// The meaning of a key.
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
    Find,
    NextFound,
    PreviousFound,
    NextError,
    ZoomIn,
    ZoomOut,
    ZoomToSpan,
    ZoomReset,
    PanLeft,
    PanRight,
    Actions,
    Traces,
    Data,
}

impl Key {
    fn from_name(name: &str) -> Option<Self> {
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
            "f" => Self::Find,
            "n" => Self::NextFound,
            "N" => Self::PreviousFound,
            "e" => Self::NextError,
            "+" | "=" => Self::ZoomIn,
            "-" => Self::ZoomOut,
            "z" => Self::ZoomToSpan,
            "0" => Self::ZoomReset,
            "," => Self::PanLeft,
            "." => Self::PanRight,
            "a" => Self::Actions,
            "t" => Self::Traces,
            "d" => Self::Data,
            _ => return None,
        })
    }
}

/// Calls `on_key` of the latest render for each shortcut, wherever the focus is, except while text
/// is being typed. `on_key` returns whether it handled the key.
///
/// Listens from the first render on, and not from its effects: those run in a later task if the
/// page is busy, and a key that is pressed before would be lost.
#[hook]
pub(crate) fn use_keys(on_key: impl Fn(Key) -> bool + 'static) {
    let latest: Latest = use_mut_ref(|| None);
    latest.replace(Some(Rc::new(on_key)));
    use_memo((), |()| KeyListener::new(Rc::clone(&latest)));
}

/// The callback of the latest render.
type Latest = Rc<RefCell<Option<Rc<dyn Fn(Key) -> bool>>>>;

/// Listens until it is dropped, which is when its component is removed.
struct KeyListener {
    document: Option<Document>,
    listener: Closure<dyn Fn(KeyboardEvent)>,
}

impl KeyListener {
    fn new(latest: Latest) -> Self {
        let listener = Closure::<dyn Fn(KeyboardEvent)>::new(move |event: KeyboardEvent| {
            // The callback may render, which replaces it, so it is not borrowed while it runs.
            let on_key = latest.borrow().clone();
            let handle = |key| on_key.as_ref().is_some_and(|on_key| on_key(key));
            if is_shortcut(&event) && Key::from_name(&event.key()).is_some_and(handle) {
                event.prevent_default();
                blur_clicked_element(&event);
            }
        });
        let document = web_sys::window().and_then(|window| window.document());
        if let Some(document) = &document {
            let function = listener.as_ref().unchecked_ref();
            // Adding a listener fails only for an aborted signal, and there is none.
            let _ = document.add_event_listener_with_callback("keydown", function);
        }
        Self { document, listener }
    }
}

impl Drop for KeyListener {
    fn drop(&mut self) {
        if let Some(document) = &self.document {
            let function = self.listener.as_ref().unchecked_ref();
            let _ = document.remove_event_listener_with_callback("keydown", function);
        }
    }
}

/// Takes the focus from a link or button that was clicked before. Otherwise Enter would press it
/// again instead of acting on the selected span.
fn blur_clicked_element(event: &KeyboardEvent) {
    if event.key() == "Enter" {
        return;
    }
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlElement>().ok());
    if let Some(element) = target.filter(|element| element.matches("a, button").unwrap_or(false)) {
        // If it fails, the focus stays where it is.
        let _ = element.blur();
    }
}

/// Excludes the browser's own shortcuts, typing, single characters if they are switched off, keys in dialogs, and Enter on a link or button.
fn is_shortcut(event: &KeyboardEvent) -> bool {
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
    if event.key().chars().count() == 1 && !are_letters_keys() {
        return false;
    }
    let is_click = event.key() == "Enter" && inside("a, button");
    !inside("input, textarea, select, dialog[open]") && !is_click
}
