//! What the browser measures by itself: one `PerformanceObserver` for all instrumentations.
//!
//! It tells of entries in tasks of its own. What it has not told yet can be asked for with
//! [`drain`], which is what happens before a batch is sealed and before the page is left.

use std::cell::RefCell;

use js_sys::{Array, Object};
use wasm_bindgen::JsValue;

use crate::instrument;
use crate::js::{call, callback, construct, get, global, set, text};

thread_local! {
    static OBSERVER: RefCell<Option<JsValue>> = const { RefCell::new(None) };
}

/// Starts to observe entries of these types, those from before this call included. A browser that
/// does not know a type measures nothing of the kind.
pub(crate) fn observe(types: &[&str]) {
    let Some(observer) = observer() else { return };
    let known = Array::from(&get(&global("PerformanceObserver"), "supportedEntryTypes"));
    for entry_type in types {
        let entry_type = JsValue::from_str(entry_type);
        if known.includes(&entry_type, 0) {
            let options = Object::new();
            set(&options, "type", &entry_type);
            set(&options, "buffered", &true.into());
            // Of interactions only those that took a frame or longer; that is the least one may ask.
            set(&options, "durationThreshold", &16.into());
            call(&observer, "observe", &options);
        }
    }
}

/// Takes note of what has been observed and not been told yet.
pub(crate) fn drain() {
    if let Some(observer) = OBSERVER.with(|cell| cell.borrow().clone()) {
        dispatch_all(&call(&observer, "takeRecords", &JsValue::UNDEFINED));
    }
}

fn observer() -> Option<JsValue> {
    OBSERVER.with(|cell| {
        let mut observer = cell.borrow_mut();
        if observer.is_none() {
            let told = callback(|list| {
                dispatch_all(&call(&list, "getEntries", &JsValue::UNDEFINED));
            });
            *observer = construct("PerformanceObserver", &told);
        }
        observer.clone()
    })
}

fn dispatch_all(entries: &JsValue) {
    for entry in Array::from(entries).iter() {
        if let Some(entry_type) = text(&entry, "entryType") {
            instrument::observed(&entry_type, &entry);
        }
    }
}
