//! Largest Contentful Paint (LCP): when the main content was painted, and what delayed it.

use wasm_bindgen::JsValue;

use crate::browser::js::{call, get, global, text};
use crate::browser::mask;
use crate::core::otlp::attributes::Attributes;
use crate::core::redact;
use crate::instrument::attributes::{set_ms, set_text};
use crate::instrument::selector::selector;
use crate::instrument::timing::positive_or_nan;

/// The largest element painted so far. Each entry replaces the previous one.
pub(super) struct LargestPaint {
    pub(super) time_ms: f64,
    target: Option<String>,
    /// The URL of the image, if the content is one.
    url: Option<String>,
}

impl LargestPaint {
    /// Reads the element now: it may have been removed by the time the vitals are reported.
    pub(super) fn of(entry: &JsValue) -> Self {
        let element = get(entry, "element");
        let is_public = |url: &String| url.starts_with("http") && !mask::is_masked(&element);
        Self {
            time_ms: positive_or_nan(entry, "startTime"),
            target: selector(&element),
            url: text(entry, "url").filter(is_public),
        }
    }

    /// Creates a paint of unknown content.
    pub(super) const fn without_target(time_ms: f64) -> Self {
        Self {
            time_ms,
            target: None,
            url: None,
        }
    }

    /// Adds the value and its parts. First byte, load delay, load duration and render delay add up to
    /// the value.
    pub(super) fn describe(&self, first_byte_ms: f64, zero_ms: f64, to: &mut Attributes) {
        let painted = self.time_ms;
        let first_byte = first_byte_ms.max(zero_ms);
        let (requested, loaded) = self.loading();
        let requested = requested.max(first_byte).min(painted);
        let loaded = loaded.max(requested).min(painted);
        for (key, from, end) in [
            ("browser.web_vital.lcp.value", zero_ms, painted),
            (
                "browser.web_vital.lcp.resource_load_delay",
                first_byte,
                requested,
            ),
            (
                "browser.web_vital.lcp.resource_load_duration",
                requested,
                loaded,
            ),
            (
                "browser.web_vital.lcp.element_render_delay",
                loaded,
                painted,
            ),
        ] {
            set_ms(to, key, end - from);
        }
        set_text(to, "browser.web_vital.lcp.target", self.target.as_deref());
        let url = self.url.as_deref().map(redact::url);
        set_text(to, "browser.web_vital.lcp.url", url.as_deref());
    }

    /// Returns when the image was requested and when it was loaded. NaN for other content.
    fn loading(&self) -> (f64, f64) {
        let Some(url) = &self.url else {
            return (f64::NAN, f64::NAN);
        };
        let entries = call(&global("performance"), "getEntriesByName", &url.into());
        let entry = get(&entries, "0");
        // A cross-origin server may not expose `requestStart`.
        let requested =
            positive_or_nan(&entry, "requestStart").max(positive_or_nan(&entry, "startTime"));
        (requested, positive_or_nan(&entry, "responseEnd"))
    }
}
