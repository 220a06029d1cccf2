//! One `PerformanceObserver` for all instrumentations.
//!
//! The browser delivers entries in tasks of its own. [`flush`] takes the entries that it has queued and
//! not delivered; it is called before a batch is built and before the page is left.

use std::cell::Cell;

use js_sys::{Array, Object};
use wasm_bindgen::JsValue;

use crate::browser::js::{call, callback, construct, get, global, set};
use crate::core::slot;

/// Handles an entry.
pub(super) type Handler = fn(&JsValue);

thread_local! {
    static OBSERVER: Cell<Option<Observer>> = const { Cell::new(None) };
}

struct Observer {
    observer: JsValue,
    handle: Handler,
}

/// Starts to observe entries of these types, including those from before this call. Types that the
/// browser does not support are skipped.
pub(super) fn install(types: &[&str], handle: Handler) {
    let deliver = callback(move |list| {
        handle_all(&call(&list, "getEntries", &JsValue::UNDEFINED), handle);
    });
    let Some(observer) = construct("PerformanceObserver", &deliver) else {
        return;
    };
    let known = get(&global("PerformanceObserver"), "supportedEntryTypes");
    for name in types {
        let entry_type = JsValue::from_str(name);
        if call(&known, "includes", &entry_type).is_truthy() {
            let options = Object::new();
            set(&options, "type", &entry_type);
            set(&options, "buffered", &true.into());
            // Only interactions that took a frame or longer: 16 ms is the smallest threshold allowed.
            set(&options, "durationThreshold", &16.into());
            call(&observer, "observe", &options);
        }
    }
    OBSERVER.set(Some(Observer { observer, handle }));
}

/// Handles the entries that the browser has queued and not delivered.
pub(crate) fn flush() {
    let records = slot::with_default(&OBSERVER, |observer| {
        let Observer { observer, handle } = observer.as_ref()?;
        Some((call(observer, "takeRecords", &JsValue::UNDEFINED), *handle))
    });
    if let Some((records, handle)) = records {
        handle_all(&records, handle);
    }
}

fn handle_all(entries: &JsValue, handle: Handler) {
    for entry in Array::from(entries).iter() {
        handle(&entry);
    }
}
