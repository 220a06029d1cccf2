//! One `PerformanceObserver` for all instrumentations.
//!
//! The browser delivers entries in tasks of its own. [`flush`] takes the entries that it has queued and
//! not delivered; it is called before a batch is built and before the page is left.

use std::cell::RefCell;

use js_sys::{Array, Object};
use wasm_bindgen::JsValue;

use crate::browser::js::{call, callback, construct, get, global, set, text};

/// Handles an entry. The first argument is its type.
pub(super) type Handler = fn(&str, &JsValue);

thread_local! {
    static HANDLERS: RefCell<Vec<(&'static str, Handler)>> = const { RefCell::new(Vec::new()) };
    static OBSERVER: RefCell<Option<JsValue>> = const { RefCell::new(None) };
}

/// Starts to observe entries of these types, including those from before this call. Types that the
/// browser does not support are skipped.
pub(crate) fn observe(types: &[&'static str], handle: Handler) {
    let Some(observer) = observer() else { return };
    let known = Array::from(&get(&global("PerformanceObserver"), "supportedEntryTypes"));
    for name in types {
        let entry_type = JsValue::from_str(name);
        // Observing a type twice would deliver its buffered entries twice.
        if add_handler(name, handle) && known.includes(&entry_type, 0) {
            let options = Object::new();
            set(&options, "type", &entry_type);
            set(&options, "buffered", &true.into());
            // Only interactions that took a frame or longer: 16 ms is the smallest threshold allowed.
            set(&options, "durationThreshold", &16.into());
            call(&observer, "observe", &options);
        }
    }
}

/// Adds a handler of a type. Returns whether it is the first one.
fn add_handler(entry_type: &'static str, handle: Handler) -> bool {
    HANDLERS.with(|cell| {
        let mut handlers = cell.borrow_mut();
        let is_first = !handlers.iter().any(|(known, _)| *known == entry_type);
        handlers.push((entry_type, handle));
        is_first
    })
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
    let handlers = HANDLERS.with(|cell| cell.borrow().clone());
    for entry in Array::from(entries).iter() {
        let entry_type = text(&entry, "entryType").unwrap_or_default();
        for (known, handle) in &handlers {
            if *known == entry_type {
                handle(known, &entry);
            }
        }
    }
}
