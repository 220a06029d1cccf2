//! How long the phases of a request took, from its Resource Timing or Navigation Timing entry.
//!
//! Attributes and not events, for every event costs as much as a span with those who count them.
//! What a foreign server does not allow to be seen reads as zero, and is left out.

use wasm_bindgen::JsValue;

use crate::js::{float, text};
use crate::otlp::Attributes;

/// Each phase: its attribute, and the two instants it lies between.
const PHASES: [(&str, &str, &str); 5] = [
    (
        "browser.resource_timing.dns_duration",
        "domainLookupStart",
        "domainLookupEnd",
    ),
    (
        "browser.resource_timing.connect_duration",
        "connectStart",
        "connectEnd",
    ),
    (
        "browser.resource_timing.tls_duration",
        "secureConnectionStart",
        "connectEnd",
    ),
    (
        "browser.resource_timing.waiting_duration",
        "requestStart",
        "responseStart",
    ),
    (
        "browser.resource_timing.download_duration",
        "responseStart",
        "responseEnd",
    ),
];

/// Versions of HTTP, as the browser names them. Anything else is not HTTP.
const VERSIONS: [(&str, &str); 5] = [
    ("http/1.0", "1.0"),
    ("http/1.1", "1.1"),
    ("h2", "2"),
    ("h2c", "2"),
    ("h3", "3"),
];

/// Phases that took no time, as on a connection that was open already, are left out.
pub(crate) fn describe(entry: &JsValue, to: &mut Attributes) {
    for (key, from, end) in PHASES {
        let length = instant(entry, end) - instant(entry, from);
        if length > 0.0 {
            set_ms(to, key, length);
        }
    }
    let size = instant(entry, "encodedBodySize");
    if size > 0.0 {
        to.set("http.response.body.size", size as i64);
    }
    let protocol = text(entry, "nextHopProtocol").unwrap_or_default();
    if let Some((_, version)) = VERSIONS.iter().find(|(name, _)| *name == protocol) {
        to.set("network.protocol.version", *version);
    }
    if is_from_cache(entry) {
        to.set("browser.resource_timing.delivery_type", "cache");
    }
}

/// A duration, if it is known. In eighths of a millisecond: as much as browsers tell, and in few
/// bytes once compressed.
pub(crate) fn set_ms(to: &mut Attributes, key: &str, ms: f64) {
    if !ms.is_nan() {
        to.set(key, (ms.max(0.0) * 8.0).round_ties_even() / 8.0);
    }
}

/// A text, if there is one.
pub(crate) fn set_text(to: &mut Attributes, key: &str, text: Option<&str>) {
    if let Some(text) = text {
        to.set(key, text);
    }
}

/// An instant, or an amount. What is not known is NaN, not zero as in the browser.
pub(crate) fn instant(entry: &JsValue, key: &str) -> f64 {
    let value = float(entry, key);
    if value > 0.0 { value } else { f64::NAN }
}

/// Whether nothing of it came over the network.
pub(crate) fn is_from_cache(entry: &JsValue) -> bool {
    instant(entry, "decodedBodySize") > 0.0 && float(entry, "transferSize") == 0.0
}
