//! How long the phases of a request took, from its Resource Timing or Navigation Timing entry.
//!
//! Attributes and not events, for every event costs as much as a span with those who count them.
//! What a foreign server does not allow to be seen reads as zero, and is left out.

use wasm_bindgen::JsValue;

use super::told::set_ms;
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
        let delivery = if is_from_worker(entry) {
            "service-worker"
        } else {
            "cache"
        };
        to.set("browser.resource_timing.delivery_type", delivery);
    }
}

/// An instant, or an amount. What is not known is NaN, not zero as in the browser.
pub(crate) fn instant(entry: &JsValue, key: &str) -> f64 {
    let value = float(entry, key);
    if value > 0.0 { value } else { f64::NAN }
}

/// Whether a service worker has answered. One that left it to the browser is asked first as well, and
/// then the request starts after the fetch.
fn is_from_worker(entry: &JsValue) -> bool {
    let is_left = float(entry, "requestStart") > float(entry, "fetchStart");
    float(entry, "workerStart") > 0.0 && !is_left
}

/// Whether nothing of it came over the network, as far as the page can see.
pub(crate) fn is_from_cache(entry: &JsValue) -> bool {
    instant(entry, "decodedBodySize") > 0.0 && float(entry, "transferSize") == 0.0
}
