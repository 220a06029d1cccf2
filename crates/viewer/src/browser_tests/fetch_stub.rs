//! Replaces the browser's `fetch`.

use js_sys::{Function, Reflect};
use wasm_bindgen::JsValue;

const FETCH: &str = "fetch";

/// Replaces `fetch` until it is dropped.
pub(crate) struct FetchStub {
    original: JsValue,
}

impl FetchStub {
    /// `body` is that of a function of `request`, in JavaScript.
    pub(crate) fn install(body: &str) -> Self {
        let original = Reflect::get(&js_sys::global(), &FETCH.into()).unwrap();
        let stub = Function::new_with_args("request", body);
        Reflect::set(&js_sys::global(), &FETCH.into(), &stub).unwrap();
        Self { original }
    }
}

impl Drop for FetchStub {
    fn drop(&mut self) {
        // A failed restore would only fail later tests.
        let _ = Reflect::set(&js_sys::global(), &FETCH.into(), &self.original);
    }
}
