//! Reading properties of JavaScript objects by name.
//!
//! Typed bindings cost an import and its glue for each property; these few functions serve them all,
//! which keeps the instrumentations small. A property that is not there reads as nothing.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The global of a page and of a worker alike.
    #[wasm_bindgen(catch, js_name = fetch)]
    fn fetch_with(input: &JsValue, init: &JsValue) -> Result<Promise, JsValue>;
}

/// The property itself, or `undefined`.
pub(crate) fn get(object: &JsValue, key: &str) -> JsValue {
    // To ask anything else for a property throws, and the thrown object costs and is not given back.
    if !object.is_object() && !object.is_function() {
        return JsValue::UNDEFINED;
    }
    js_sys::Reflect::get(object, &key.into()).unwrap_or_default()
}

/// A property of the page's or worker's global object.
pub(crate) fn global(key: &str) -> JsValue {
    get(&js_sys::global(), key)
}

/// A number; `None` for anything else.
pub(crate) fn number(object: &JsValue, key: &str) -> Option<f64> {
    get(object, key).as_f64()
}

/// A number; NaN for anything else, which no comparison with it holds for.
pub(crate) fn float(object: &JsValue, key: &str) -> f64 {
    number(object, key).unwrap_or(f64::NAN)
}

/// A text that is not empty.
pub(crate) fn text(object: &JsValue, key: &str) -> Option<String> {
    get(object, key).as_string().filter(|text| !text.is_empty())
}

/// Calls a method without looking at what it throws; `undefined` then.
pub(crate) fn call(object: &JsValue, method: &str, argument: &JsValue) -> JsValue {
    let method = get(object, method).dyn_into::<js_sys::Function>();
    let called = method.and_then(|method| method.call1(object, argument));
    called.unwrap_or_default()
}

/// The same for a method of three arguments.
pub(crate) fn call3(object: &JsValue, method: &str, a: &JsValue, b: &JsValue, c: &JsValue) {
    if let Ok(method) = get(object, method).dyn_into::<js_sys::Function>() {
        let _ = method.call3(object, a, b, c);
    }
}

/// A function for the browser to call at any time from now on. All have one type: each further one
/// would cost its own glue.
pub(crate) fn callback(run: impl FnMut(JsValue) + 'static) -> JsValue {
    Closure::<dyn FnMut(JsValue)>::new(run).into_js_value()
}

/// `new Class(argument)`; `None` where the browser has no such class, or refuses.
pub(crate) fn construct(class: &str, argument: &JsValue) -> Option<JsValue> {
    let class = global(class).dyn_into::<js_sys::Function>().ok()?;
    js_sys::Reflect::construct(&class, &js_sys::Array::of1(argument)).ok()
}

/// Whether a property is true, or something at all.
pub(crate) fn is(object: &JsValue, key: &str) -> bool {
    get(object, key).is_truthy()
}

/// Sets a property; an object that refuses stays as it is.
pub(crate) fn set(object: &JsValue, key: &str, value: &JsValue) {
    let _ = js_sys::Reflect::set(object, &key.into(), value);
}

/// As `String(value)`, and the same as an error's `message` where there is one.
#[cfg(any(feature = "errors", feature = "fetch", feature = "window-fetch"))]
pub(crate) fn describe(value: &JsValue) -> String {
    let message = text(value, "message");
    let as_text = || call(&js_sys::global(), "String", value).as_string();
    message.or_else(as_text).unwrap_or_default()
}

/// Marks a request, or what one is made of, that no instrumentation of `window.fetch` is to trace. Other
/// instances of this crate read it, in a page that has several: the name stays the same for ever.
pub(crate) const UNTRACED: &str = "otelWebUntraced";

/// `fetch(input, init)`, not seen by the instrumentation of `window.fetch`: whoever calls this has a
/// span of its own, or wants none.
pub(crate) fn fetch(input: &JsValue, init: &JsValue) -> Result<Promise, JsValue> {
    let marked = if init.is_undefined() { input } else { init };
    set(marked, UNTRACED, &true.into());
    #[cfg(feature = "window-fetch")]
    let _untraced = opentelemetry::Context::enter_telemetry_suppressed_scope();
    fetch_with(input, init)
}
