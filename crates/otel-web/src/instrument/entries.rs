//! The entries of the performance observer, and the instrumentations that handle them.

use wasm_bindgen::JsValue;

use crate::browser::js;
#[cfg(feature = "document-load")]
use crate::instrument::document_load;
#[cfg(feature = "long-animation-frames")]
use crate::instrument::long_animation_frames;
use crate::instrument::observer;
#[cfg(feature = "resource-timing")]
use crate::instrument::resource_timing;
#[cfg(feature = "web-vitals")]
use crate::instrument::web_vitals;

/// The types of entries that the instrumentations handle.
const ENTRY_TYPES: &[&str] = &[
    #[cfg(any(feature = "document-load", feature = "resource-timing"))]
    "resource",
    #[cfg(feature = "long-animation-frames")]
    "long-animation-frame",
    // Before the paints, so that it is known which of them count.
    #[cfg(feature = "web-vitals")]
    "visibility-state",
    #[cfg(feature = "web-vitals")]
    "paint",
    #[cfg(feature = "web-vitals")]
    "largest-contentful-paint",
    #[cfg(feature = "web-vitals")]
    "layout-shift",
    #[cfg(feature = "web-vitals")]
    "event",
    #[cfg(feature = "web-vitals")]
    "first-input",
];

/// Starts to observe what the browser measures.
pub(crate) fn install() {
    observer::install(ENTRY_TYPES, handle_entry);
}

fn handle_entry(entry: &JsValue) {
    match &*js::text(entry, "entryType").unwrap_or_default() {
        #[cfg(any(feature = "document-load", feature = "resource-timing"))]
        "resource" => {
            #[cfg(feature = "document-load")]
            document_load::handle_entry(entry);
            #[cfg(feature = "resource-timing")]
            resource_timing::handle_entry(entry);
        }
        #[cfg(feature = "long-animation-frames")]
        "long-animation-frame" => long_animation_frames::handle_entry(entry),
        #[cfg(feature = "web-vitals")]
        other => web_vitals::handle_entry(other, entry),
        #[cfg(not(feature = "web-vitals"))]
        _ => {}
    }
}
