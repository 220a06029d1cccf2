//! The browser's stores, which may be missing, full or forbidden: each access may throw.

use js_sys::{Array, Function, JsString, Reflect};
use wasm_bindgen::prelude::*;

use super::shelf::Keep;
use crate::js;

const PAGE: &str = "otel.page";
const LOCK: &str = "otel.takeover";

/// `localStorage`, or `undefined`, as which it behaves like a full one.
#[derive(Debug)]
pub(crate) struct LocalStorage(JsValue);

impl LocalStorage {
    pub(crate) fn new() -> Self {
        Self(js::global("localStorage"))
    }
}

impl Keep for LocalStorage {
    fn get(&self, key: &str) -> Option<String> {
        js::text(&self.0, key)
    }

    fn set(&self, key: &str, value: &str) -> bool {
        set(&self.0, key, value)
    }

    fn remove(&self, key: &str) {
        js::call(&self.0, "removeItem", &key.into());
    }

    fn keys(&self) -> Vec<String> {
        let keys = Reflect::own_keys(&self.0).unwrap_or_default();
        keys.iter().filter_map(|key| key.as_string()).collect()
    }

    fn length(&self, key: &str) -> usize {
        let value = js::get(&self.0, key).dyn_into::<JsString>();
        value.map_or(0, |value| value.length() as usize)
    }
}

fn set(store: &JsValue, key: &str, value: &str) -> bool {
    Reflect::set(store, &key.into(), &value.into()).unwrap_or(false)
}

/// The page that was in this tab before; and leaves word that `own` is now. In a page that holds several
/// instances of this crate only the first one is told: the others would take what that is sending.
pub(crate) fn previous_page(own: &str) -> Option<String> {
    let page = js_sys::global();
    if js::is(&page, PAGE) {
        return None;
    }
    set(&page, PAGE, own);
    let store = js::global("sessionStorage");
    let previous = js::text(&store, PAGE);
    set(&store, PAGE, own);
    previous
}

/// Calls `run` while no other page of the origin does. If one does, not at all: what there was to
/// do is being done. The lock is held for no longer than the call, as a page that holds one cannot
/// enter the back/forward cache. Where there are no locks, goes without.
pub(crate) fn with_lock(run: fn()) {
    let locks = js::get(&js::global("navigator"), "locks");
    let callback = Closure::once_into_js(move |lock: JsValue| {
        if !lock.is_null() {
            run();
        }
    });
    let options = js_sys::Object::new();
    set_flag(&options, "ifAvailable");
    let arguments = Array::of3(&LOCK.into(), &options, &callback);
    let request = js::get(&locks, "request").dyn_into::<Function>();
    if request.is_err() {
        run();
    } else if let Ok(request) = request {
        let _ = Reflect::apply(&request, &locks, &arguments);
    }
}

fn set_flag(options: &JsValue, name: &str) {
    let _ = Reflect::set(options, &name.into(), &true.into());
}
