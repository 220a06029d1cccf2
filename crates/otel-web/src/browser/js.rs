//! Access to JavaScript objects by property name.
//!
//! Typed bindings add an import and glue code for each property. These few functions serve all
//! properties, which keeps the instrumentations small. A missing property reads as `undefined`.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    /// The `fetch` of a page or worker.
    #[wasm_bindgen(catch, js_name = fetch)]
    fn fetch_with(input: &JsValue, init: &JsValue) -> Result<Promise, JsValue>;
}

/// Returns a property, or `undefined`.
pub(crate) fn get(object: &JsValue, key: &str) -> JsValue {
    // Reading a property of other values throws, and the thrown object is expensive and never freed.
    if !object.is_object() && !object.is_function() {
        return JsValue::UNDEFINED;
    }
    js_sys::Reflect::get(object, &key.into()).unwrap_or_default()
}

/// Returns a property of the global object of a page or worker.
pub(crate) fn global(key: &str) -> JsValue {
    get(&js_sys::global(), key)
}

/// Returns a number property, or `None` for other types.
pub(crate) fn number(object: &JsValue, key: &str) -> Option<f64> {
    get(object, key).as_f64()
}

/// Returns a number property, or NaN for other types. Comparisons with NaN are false.
pub(crate) fn float(object: &JsValue, key: &str) -> f64 {
    number(object, key).unwrap_or(f64::NAN)
}

/// Returns a string property, or `None` if it is empty or of another type.
pub(crate) fn text(object: &JsValue, key: &str) -> Option<String> {
    get(object, key).as_string().filter(|text| !text.is_empty())
}

/// Calls a method. Returns `undefined` if it throws or is missing.
pub(crate) fn call(object: &JsValue, method: &str, argument: &JsValue) -> JsValue {
    let method = get(object, method).dyn_into::<js_sys::Function>();
    let called = method.and_then(|method| method.call1(object, argument));
    called.unwrap_or_default()
}

/// Calls a method with two arguments, and ignores its result.
#[cfg(feature = "xhr")]
pub(crate) fn call2(object: &JsValue, method: &str, a: &JsValue, b: &JsValue) {
    call3(object, method, a, b, &JsValue::UNDEFINED);
}

/// Calls a method with three arguments, and ignores its result.
pub(crate) fn call3(object: &JsValue, method: &str, a: &JsValue, b: &JsValue, c: &JsValue) {
    if let Ok(method) = get(object, method).dyn_into::<js_sys::Function>() {
        let _ = method.call3(object, a, b, c);
    }
}

/// Creates a function that is never freed. All callbacks have the same type, since each further type
/// would add glue code.
pub(crate) fn callback(run: impl FnMut(JsValue) + 'static) -> JsValue {
    Closure::<dyn FnMut(JsValue)>::new(run).into_js_value()
}

/// Creates a function of three parameters that is never freed. All have the same type, too.
#[cfg(any(feature = "navigation", feature = "window-fetch", feature = "xhr"))]
pub(crate) fn function3(
    run: impl Fn(JsValue, JsValue, JsValue) -> Result<JsValue, JsValue> + 'static,
) -> JsValue {
    let run = Box::new(run) as Box<dyn Fn(JsValue, JsValue, JsValue) -> Result<JsValue, JsValue>>;
    Closure::wrap(run).into_js_value()
}

/// Calls `new Class(argument)`. Returns `None` if the class is missing, or its constructor throws.
pub(crate) fn construct(class: &str, argument: &JsValue) -> Option<JsValue> {
    let class = global(class).dyn_into::<js_sys::Function>().ok()?;
    js_sys::Reflect::construct(&class, &js_sys::Array::of1(argument)).ok()
}

/// Decodes a text. The browser's decoder is in every page, the one of the standard library is not.
pub(crate) fn decode(encoding: &str, bytes: &[u8]) -> JsValue {
    let decoder = construct("TextDecoder", &encoding.into()).unwrap_or_default();
    call(&decoder, "decode", &js_sys::Uint8Array::from(bytes))
}

/// Whether a property is truthy.
pub(crate) fn is(object: &JsValue, key: &str) -> bool {
    get(object, key).is_truthy()
}

/// Sets a property, and ignores failures.
pub(crate) fn set(object: &JsValue, key: &str, value: &JsValue) {
    let _ = js_sys::Reflect::set(object, &key.into(), value);
}

/// Returns `String(value)`.
#[cfg(any(
    feature = "errors",
    feature = "fetch",
    feature = "window-fetch",
    feature = "xhr"
))]
pub(crate) fn to_text(value: &JsValue) -> String {
    let as_text = call(&js_sys::global(), "String", value).as_string();
    as_text.unwrap_or_default()
}

/// Returns the `message` of an error, or else `String(value)`.
#[cfg(any(
    feature = "errors",
    feature = "fetch",
    feature = "window-fetch",
    feature = "xhr"
))]
pub(crate) fn describe(value: &JsValue) -> String {
    text(value, "message").unwrap_or_else(|| to_text(value))
}

/// Set on a request, on its options, or on the object of a method, that no instrumentation of requests may
/// trace. Other instances of this crate in the page read it too, so the name must not change between
/// versions.
pub(crate) const UNTRACED: &str = "otelWebUntraced";

/// Calls `fetch(input, init)` without tracing it. The caller starts a span itself, or needs none.
pub(crate) fn fetch(input: &JsValue, init: &JsValue) -> JsFuture {
    let marked = if init.is_undefined() { input } else { init };
    set(marked, UNTRACED, &true.into());
    #[cfg(feature = "window-fetch")]
    let _untraced = opentelemetry::Context::enter_telemetry_suppressed_scope();
    let sent = fetch_with(input, init);
    JsFuture::from(sent.unwrap_or_else(|reason| Promise::reject(&reason)))
}
