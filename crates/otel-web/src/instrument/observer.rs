//! One `PerformanceObserver` for all instrumentations.
//!
//! The browser delivers entries in tasks of its own. [`flush`] takes the entries that it has queued and
//! not delivered; it is called before a batch is built and before the page is left.

use std::cell::RefCell;

use js_sys::{Array, Object};
use wasm_bindgen::JsValue;

use crate::instrument;
use crate::js::{call, callback, construct, get, global, set, text};

thread_local! {
    static OBSERVER: RefCell<Option<JsValue>> = const { RefCell::new(None) };
}

/// Starts to observe entries of these types, including those from before this call. Types that the
/// browser does not support are skipped.
pub(crate) fn observe(types: &[&str]) {
    let Some(observer) = observer() else { return };
    let known = Array::from(&get(&global("PerformanceObserver"), "supportedEntryTypes"));
    for entry_type in types {
        let entry_type = JsValue::from_str(entry_type);
        if known.includes(&entry_type, 0) {
            let options = Object::new();
            set(&options, "type", &entry_type);
            set(&options, "buffered", &true.into());
            // Only interactions that took a frame or longer: 16 ms is the smallest threshold allowed.
            set(&options, "durationThreshold", &16.into());
            call(&observer, "observe", &options);
        }
    }
}

/// Handles the entries that the browser has queued and not delivered.
pub(crate) fn flush() {
    if let Some(observer) = OBSERVER.with(|cell| cell.borrow().clone()) {
        dispatch_all(&call(&observer, "takeRecords", &JsValue::UNDEFINED));
    }
}

/// Returns the observer, created at the first call. `None` if the browser has no such class.
fn observer() -> Option<JsValue> {
    OBSERVER.with(|cell| {
        let mut observer = cell.borrow_mut();
        if observer.is_none() {
            let deliver = callback(|list| {
                dispatch_all(&call(&list, "getEntries", &JsValue::UNDEFINED));
            });
            *observer = construct("PerformanceObserver", &deliver);
        }
        observer.clone()
    })
}

fn dispatch_all(entries: &JsValue) {
    for entry in Array::from(entries).iter() {
        if let Some(entry_type) = text(&entry, "entryType") {
            instrument::handle_entry(&entry_type, &entry);
        }
    }
}
