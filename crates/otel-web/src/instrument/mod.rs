//! What is noticed without the application's help, one file and one cargo feature each.

#[cfg(feature = "frustration")]
pub(crate) mod dead_click;
#[cfg(feature = "document-load")]
pub(crate) mod document_load;
#[cfg(feature = "errors")]
pub(crate) mod errors;
#[cfg(feature = "frustration")]
pub(crate) mod frustration;
#[cfg(feature = "long-animation-frames")]
pub(crate) mod long_animation_frames;
pub(crate) mod navigation;
#[cfg(any(
    feature = "document-load",
    feature = "long-animation-frames",
    feature = "resource-timing"
))]
mod observer;
#[cfg(feature = "document-load")]
mod origin;
#[cfg(feature = "resource-timing")]
pub(crate) mod resource_timing;
#[cfg(feature = "web-vitals")]
mod selector;
#[cfg(any(feature = "document-load", feature = "resource-timing"))]
mod timing;
#[cfg(any(
    feature = "document-load",
    feature = "long-animation-frames",
    feature = "resource-timing"
))]
mod told;
#[cfg(feature = "web-vitals")]
pub(crate) mod web_vitals;
#[cfg(feature = "window-fetch")]
pub(crate) mod window_fetch;

pub(crate) use navigation::in_progress as navigation_in_progress;

use opentelemetry::trace::SpanId;

use crate::pipeline::{self, Pipeline};

/// A batch is about to be sealed: what the browser has observed until now goes onto the spans that
/// have ended, and most of them go into the batch. The others follow soon.
pub(crate) fn flush_due_observers() {
    observe_now();
    pipeline::with(|pipeline| pipeline.flush_due_deferred(&awaits_verdict));
}

/// The last batch is about to be sealed, and nothing can wait any longer.
pub(crate) fn flush_observers() {
    observe_now();
    pipeline::with(Pipeline::flush_deferred);
}

fn observe_now() {
    #[cfg(any(
        feature = "document-load",
        feature = "long-animation-frames",
        feature = "resource-timing"
    ))]
    observer::drain();
    #[cfg(feature = "web-vitals")]
    web_vitals::flush();
}

/// Whether the span, which has ended, has to wait longer than its batch.
fn awaits_verdict(_span_id: SpanId) -> bool {
    #[cfg(feature = "frustration")]
    return dead_click::is_suspect(_span_id);
    #[cfg(not(feature = "frustration"))]
    false
}

/// The page is hidden or left, and may never be seen again.
pub(crate) fn before_exit() {
    #[cfg(any(
        feature = "document-load",
        feature = "long-animation-frames",
        feature = "resource-timing"
    ))]
    observer::drain();
    #[cfg(feature = "frustration")]
    dead_click::effect();
    #[cfg(feature = "web-vitals")]
    web_vitals::report();
}

/// The browser tells of something it has measured.
#[cfg(any(
    feature = "document-load",
    feature = "long-animation-frames",
    feature = "resource-timing"
))]
fn observed(entry_type: &str, entry: &wasm_bindgen::JsValue) {
    match entry_type {
        "resource" => {
            #[cfg(feature = "document-load")]
            document_load::observed(entry);
            #[cfg(feature = "resource-timing")]
            resource_timing::observed(entry);
        }
        #[cfg(feature = "long-animation-frames")]
        "long-animation-frame" => long_animation_frames::observed(entry),
        #[cfg(feature = "web-vitals")]
        _ => web_vitals::observed(entry_type, entry),
        #[cfg(not(feature = "web-vitals"))]
        _ => {}
    }
}
