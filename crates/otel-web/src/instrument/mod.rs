//! Automatic instrumentations: what is recorded without any code in the application.
//!
//! | module | cargo feature | records | browser API |
//! |---|---|---|---|
//! | `document_load` | `document-load` | the page load and its files | Navigation Timing, Resource Timing |
//! | `navigation` | `navigation` | navigations inside the page | History |
//! | `web_vitals` | `web-vitals` | LCP, INP, CLS, FCP, TTFB | `PerformanceObserver` |
//! | `long_animation_frames` | `long-animation-frames` | frames that delayed an action | Long Animation Frames |
//! | `resource_timing` | `resource-timing` | network timings of requests | Resource Timing |
//! | `frustration` | `frustration` | rage and error clicks | |
//! | `errors` | `errors` | uncaught errors, rejections, panics | `error`, `unhandledrejection` |
//! | `http::window_fetch` | `window-fetch` | requests made by JavaScript | `window.fetch` |
//! | `http::xhr` | `xhr` | requests made by JavaScript | `XMLHttpRequest`, `sendBeacon` |
//!
//! Clicks, submits and key presses (`user-action`) are in [`action`](mod@crate::action).
//!
//! An instrumentation only adds attributes to spans that exist, or starts spans through
//! [`pipeline`](crate::trace::pipeline). A browser without the API behind one records nothing of it.

#[cfg(any(
    feature = "document-load",
    feature = "long-animation-frames",
    feature = "resource-timing"
))]
mod attributes;
#[cfg(feature = "document-load")]
pub(crate) mod document_load;
#[cfg(any(
    feature = "document-load",
    feature = "long-animation-frames",
    feature = "resource-timing"
))]
pub(crate) mod entries;
#[cfg(feature = "errors")]
pub(crate) mod errors;
#[cfg(feature = "frustration")]
pub(crate) mod frustration;
#[cfg(feature = "long-animation-frames")]
pub(crate) mod long_animation_frames;
#[cfg(feature = "navigation")]
pub(crate) mod navigation;
#[cfg(any(
    feature = "document-load",
    feature = "long-animation-frames",
    feature = "resource-timing"
))]
mod observer;
#[cfg(feature = "resource-timing")]
pub(crate) mod resource_timing;
#[cfg(feature = "web-vitals")]
mod selector;
#[cfg(feature = "document-load")]
mod server_trace;
#[cfg(any(feature = "document-load", feature = "resource-timing"))]
mod timing;
#[cfg(feature = "web-vitals")]
pub(crate) mod web_vitals;

/// Records what the browser has observed until now.
pub(crate) fn observe_now() {
    #[cfg(any(
        feature = "document-load",
        feature = "long-animation-frames",
        feature = "resource-timing"
    ))]
    observer::flush();
    #[cfg(feature = "web-vitals")]
    web_vitals::flush();
}

/// Records what is final only now: the page is hidden or left, and may never become visible again.
pub(crate) fn before_exit() {
    #[cfg(any(
        feature = "document-load",
        feature = "long-animation-frames",
        feature = "resource-timing"
    ))]
    observer::flush();
    #[cfg(feature = "web-vitals")]
    web_vitals::report();
}
