//! Largest Contentful Paint: when the main content was there, and what it waited for.

use wasm_bindgen::JsValue;

use crate::instrument::selector::selector;
use crate::instrument::timing::instant;
use crate::instrument::told::{set_ms, set_text};
use crate::js::{call, get, global, text};
use crate::otlp::Attributes;
use crate::{mask, redact};

pub(super) struct LargestPaint {
    pub(super) time_ms: f64,
    target: Option<String>,
    /// Of the picture, if it is one.
    url: Option<String>,
}

impl LargestPaint {
    /// The element is looked at now, for it may be gone when the paint is told of.
    pub(super) fn of(entry: &JsValue) -> Self {
        let element = get(entry, "element");
        let is_told = |url: &String| url.starts_with("http") && !mask::is_masked(&element);
        Self {
            time_ms: instant(entry, "startTime"),
            target: selector(&element),
            url: text(entry, "url").filter(is_told),
        }
    }

    /// The parts add up to the value: first byte, delay, load, delay until painted.
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

    /// When the picture was requested, and when it was there, if it is one.
    fn loading(&self) -> (f64, f64) {
        let Some(url) = &self.url else {
            return (f64::NAN, f64::NAN);
        };
        let entries = call(&global("performance"), "getEntriesByName", &url.into());
        let entry = get(&entries, "0");
        // A foreign server may keep the first one secret.
        let requested = instant(&entry, "requestStart").max(instant(&entry, "startTime"));
        (requested, instant(&entry, "responseEnd"))
    }
}
