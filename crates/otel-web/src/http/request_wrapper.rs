//! Wrappers of the browser's own functions for requests.
//!
//! A `Proxy` replaces a function, so its name, its properties and its parameters stay the same.

use js_sys::{Array, Function, Object};
use opentelemetry::Context;
use wasm_bindgen::prelude::*;

use crate::browser::js;
#[cfg(feature = "errors")]
use crate::instrument::errors;

/// The `apply` trap of a proxy: the replaced function, its `this`, and its arguments.
pub(super) type Apply = fn(Function, JsValue, Array) -> Result<JsValue, JsValue>;

/// Replaces a method. If the browser rejects the assignment, its own function stays in place.
pub(super) fn wrap(object: &JsValue, method: &str, apply: Apply) {
    let Ok(original) = js::get(object, method).dyn_into::<Function>() else {
        return;
    };
    let handler = Object::new();
    let apply = js::function3(move |method, this, arguments| {
        apply(method.unchecked_into(), this, arguments.unchecked_into())
    });
    js::set(&handler, "apply", &apply);
    js::set(object, method, &js_sys::Proxy::new(&original, &handler));
}

/// Whether requests are passed through without a span at this time. After a panic all are: JavaScript must
/// not depend on this code.
pub(super) fn is_stopped() -> bool {
    #[cfg(feature = "errors")]
    let has_panicked = errors::has_panicked();
    #[cfg(not(feature = "errors"))]
    let has_panicked = false;
    has_panicked || Context::map_current(Context::is_telemetry_suppressed)
}

/// Whether an instance of this crate has marked a request, an option, or the object of a method.
pub(super) fn is_marked(object: &JsValue) -> bool {
    js::is(object, js::UNTRACED)
}

/// Whether a request exports spans. Tracing it would create new spans to export, in an endless loop.
/// Requests of other SDKs and of earlier versions of this crate have no mark, only this URL.
pub(super) fn is_export(url: &str) -> bool {
    url.ends_with("/v1/traces")
}
