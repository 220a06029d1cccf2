//! The platform of a page or worker.

use wasm_bindgen::prelude::*;

use crate::browser::js;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;

    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    fn get_random_values(bytes: &mut [u8]);

    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &JsValue, delay_ms: f64) -> f64;
}

pub(crate) fn wall_ms() -> f64 {
    js_sys::Date::now()
}

/// Returns whole seconds since 1970.
pub(crate) fn wall_s() -> u32 {
    (wall_ms() / 1_000.0) as u32
}

pub(crate) fn monotonic_ms() -> f64 {
    performance_now()
}

/// Returns the date at which `performance.now()` was zero. It is more precise than `Date.now()`, which
/// has a resolution of one millisecond.
pub(crate) fn time_origin_ms() -> f64 {
    js::number(&js::global("performance"), "timeOrigin")
        .unwrap_or_else(|| wall_ms() - monotonic_ms())
}

/// Returns `Number(text)`, which is NaN for malformed text.
pub(crate) fn parse_number(text: &str) -> f64 {
    let number = js::call(&js_sys::global(), "Number", &text.into());
    number.as_f64().unwrap_or(f64::NAN)
}

/// Resolves and normalizes a URL: relative to the page, lowercase host, Punycode, no default port.
/// Returns `None` if no request may be sent to it, for instance because it has a password.
pub(crate) fn absolute_url(text: &str) -> Option<String> {
    js::text(&js::construct("Request", &text.into())?, "url")
}

/// Returns a random number from 0 to 1.
pub(crate) fn random() -> f64 {
    let mut bytes = [0; 4];
    fill_random(&mut bytes);
    f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
}

pub(crate) fn fill_random(bytes: &mut [u8]) {
    get_random_values(bytes);
}

pub(crate) fn warn(message: &str) {
    js::call(&js::global("console"), "warn", &message.into());
}

/// Reads from `localStorage`.
pub(crate) fn storage_get(key: &str) -> Option<String> {
    js::text(&js::global("localStorage"), key)
}

/// Writes to `localStorage`, if possible.
pub(crate) fn storage_set(key: &str, text: &str) {
    let _ = js_sys::Reflect::set(&js::global("localStorage"), &key.into(), &text.into());
}

/// Reads from `sessionStorage`.
pub(crate) fn tab_storage_get(key: &str) -> Option<String> {
    js::text(&js::global("sessionStorage"), key)
}

/// Writes to `sessionStorage`, if possible.
pub(crate) fn tab_storage_set(key: &str, text: &str) {
    let _ = js_sys::Reflect::set(&js::global("sessionStorage"), &key.into(), &text.into());
}

/// Runs `code` in the next task of the event loop.
pub(crate) fn in_next_task(code: Box<dyn FnOnce()>) {
    let mut code = Some(code);
    let callback = js::callback(move |_| {
        if let Some(code) = code.take() {
            code();
        }
    });
    set_timeout(&callback, 0.0);
}

/// A timer with one callback that can be set repeatedly.
pub(crate) struct Timer {
    callback: JsValue,
    pending: Option<f64>,
}

impl Timer {
    pub(crate) fn new(callback: fn()) -> Self {
        Self {
            callback: js::callback(move |_| callback()),
            pending: None,
        }
    }

    /// Sets the timer, and cancels an earlier setting.
    pub(crate) fn set(&mut self, delay_ms: f64) {
        if let Some(id) = self.pending.take() {
            js::call(&js_sys::global(), "clearTimeout", &id.into());
        }
        self.pending = Some(set_timeout(&self.callback, delay_ms));
    }
}
