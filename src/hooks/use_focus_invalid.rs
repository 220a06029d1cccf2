//! Moves the focus to the first invalid field after a form was rejected.

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::api::ApiError;

/// Focuses the first invalid field of the form each time an attempt was rejected.
#[hook]
pub(crate) fn use_focus_invalid(form: &NodeRef, error: Option<&ApiError>) {
    let form = form.clone();
    use_effect_with(error.cloned(), move |error| {
        if matches!(error, Some(ApiError::Rejected(_))) {
            focus_invalid(&form);
        }
    });
}

fn focus_invalid(form: &NodeRef) -> Option<()> {
    let form = form.cast::<web_sys::Element>()?;
    let field = form.query_selector("[aria-invalid='true']").ok()??;
    field.dyn_into::<HtmlElement>().ok()?.focus().ok()
}
