//! Largest Contentful Paint: when the main content was there, and what it waited for.

use wasm_bindgen::JsValue;

use crate::instrument::selector::selector;
use crate::instrument::timing::{duration, instant};
use crate::js::{call, get, global, text};
use crate::otlp::Attributes;
use crate::redact;

pub(super) struct LargestPaint {
    pub(super) time_ms: f64,
    target: Option<String>,
    /// Of the picture, if it is one.
    url: Option<String>,
}

impl LargestPaint {
    /// The element is looked at now, for it may be gone when the paint is told of.
    pub(super) fn of(entry: &JsValue) -> Option<Self> {
        Some(Self {
            time_ms: instant(entry, "startTime")?,
            target: selector(&get(entry, "element")),
            url: text(entry, "url").filter(|url| url.starts_with("http")),
        })
    }

    /// The parts add up to the value: first byte, delay, load, delay until painted.
    pub(super) fn describe(&self, first_byte_ms: f64, zero_ms: f64, to: &mut Attributes) {
        let first_byte = first_byte_ms.max(zero_ms);
        let (requested, loaded) = self.loading().unwrap_or((first_byte, first_byte));
        let requested = requested.max(first_byte).min(self.time_ms);
        let loaded = loaded.max(requested).min(self.time_ms);
        for (key, from, end) in [
            ("browser.web_vital.lcp.value", zero_ms, self.time_ms),
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
                self.time_ms,
            ),
        ] {
            to.set(key, duration((end - from).max(0.0)));
        }
        if let Some(target) = &self.target {
            to.set("browser.web_vital.lcp.target", &**target);
        }
        if let Some(url) = &self.url {
            to.set("browser.web_vital.lcp.url", &*redact::url(url));
        }
    }

    /// When the picture was requested, and when it was there.
    fn loading(&self) -> Option<(f64, f64)> {
        let url = JsValue::from_str(self.url.as_ref()?);
        let entries = call(&global("performance"), "getEntriesByName", &url);
        let entry = get(&entries, "0");
        let requested = instant(&entry, "requestStart").or_else(|| instant(&entry, "startTime"));
        Some((requested?, instant(&entry, "responseEnd")?))
    }
}
