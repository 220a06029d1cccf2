//! Submitting a form by Enter in its text field.

use wasm_bindgen::JsCast;
use web_sys::{HtmlTextAreaElement, KeyboardEvent};

/// The key code of every key that an input method handles. Safari does not set `isComposing` for the
/// Enter that ends a composition.
const INPUT_METHOD_KEY_CODE: u32 = 229;

/// Returns whether the key is Enter, and not a part of the composition of an input method, which
/// accepts its suggestion by Enter.
pub(crate) fn is_enter(event: &KeyboardEvent) -> bool {
    let is_composing = event.is_composing() || event.key_code() == INPUT_METHOD_KEY_CODE;
    event.key() == "Enter" && !is_composing
}

/// Submits the form of the text field, instead of beginning a new line.
pub(crate) fn submit_form(event: &KeyboardEvent) {
    event.prevent_default();
    let field = event.target();
    let field = field.and_then(|it| it.dyn_into::<HtmlTextAreaElement>().ok());
    if let Some(form) = field.and_then(|field| field.form()) {
        // Fails only for a submit button of another form, and none is passed.
        let _ = form.request_submit();
    }
}
