//! The browser's storage. It may be missing, full or denied, and each access may throw.
//!
//! It stores text in UTF-16: one character for each byte takes 2 bytes of the quota. Base64 would take 2.7.

use js_sys::{Array, JsString, Reflect};
use wasm_bindgen::prelude::*;

use crate::browser::js;
use crate::export::storage::key_value_store::KeyValueStore;

const PAGE_KEY: &str = "otel.page";
const LOCK_NAME: &str = "otel.takeover";

/// `localStorage`. If it is missing, this behaves like a full one.
#[derive(Debug)]
pub(crate) struct LocalStorage(JsValue);

impl LocalStorage {
    pub(crate) fn new() -> Self {
        Self(js::global("localStorage"))
    }
}

impl KeyValueStore for LocalStorage {
    fn get(&self, key: &str) -> Option<Vec<u8>> {
        let text = js::text(&self.0, key)?;
        Some(text.chars().map(|character| character as u8).collect())
    }

    fn set(&self, key: &str, value: &[u8]) -> bool {
        set(&self.0, key, &characters(value))
    }

    fn remove(&self, key: &str) {
        js::call(&self.0, "removeItem", &key.into());
    }

    fn keys(&self) -> Vec<String> {
        // Throws without an object, and `call` returns `undefined` then.
        let keys = js::call(&js::global("Object"), "keys", &self.0);
        let keys = keys.is_object().then(|| Array::from(&keys));
        let keys = keys.unwrap_or_default();
        keys.iter().filter_map(|key| key.as_string()).collect()
    }

    fn length(&self, key: &str) -> usize {
        let value = js::get(&self.0, key).dyn_into::<JsString>();
        value.map_or(0, |value| value.length() as usize)
    }
}

fn set(store: &JsValue, key: &str, value: &JsValue) -> bool {
    Reflect::set(store, &key.into(), value).unwrap_or(false)
}

/// Returns a text with one character for each byte. The browser decodes UTF-16 faster than the UTF-8 of a `str`.
fn characters(bytes: &[u8]) -> JsValue {
    let mut units = Vec::with_capacity(2 * bytes.len());
    for byte in bytes {
        units.extend([*byte, 0]);
    }
    js::decode("utf-16le", &units)
}

/// Returns the id of the page that was in this tab before, and replaces it by `own`. In a page with
/// several instances of this crate, only the first one gets it: the others would adopt the batches
/// that the first one is sending.
pub(crate) fn previous_page_id(own: &str) -> Option<String> {
    let page = js_sys::global();
    if js::is(&page, PAGE_KEY) {
        return None;
    }
    set(&page, PAGE_KEY, &own.into());
    let store = js::global("sessionStorage");
    let previous = js::text(&store, PAGE_KEY);
    set(&store, PAGE_KEY, &own.into());
    previous
}

/// Calls `run` unless another page of the origin is inside of such a call, and therefore does the
/// work already. The lock is released after the call, since a page that holds a lock cannot enter the
/// back/forward cache. Browsers without locks call `run` in any case.
pub(crate) fn with_lock(run: fn()) {
    let locks = js::get(&js::global("navigator"), "locks");
    let callback = js::callback(move |lock| {
        if lock.is_truthy() {
            run();
        }
    });
    if !js::is(&locks, "request") {
        return run();
    }
    let options = js_sys::Object::new();
    js::set(&options, "ifAvailable", &true.into());
    js::call3(&locks, "request", &LOCK_NAME.into(), &options, &callback);
}
