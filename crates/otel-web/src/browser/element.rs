//! Elements of the document.

use wasm_bindgen::JsValue;

use crate::browser::js::{self, call};

pub(crate) fn is_form(element: &JsValue) -> bool {
    js::text(element, "localName").as_deref() == Some("form")
}

pub(crate) fn matches(element: &JsValue, selector: &str) -> bool {
    call(element, "matches", &selector.into()).is_truthy()
}

pub(crate) fn attribute(element: &JsValue, name: &str) -> Option<String> {
    call(element, "getAttribute", &name.into()).as_string()
}
