//! Durations of the phases of a request, from its Resource Timing or Navigation Timing entry.
//!
//! They are attributes and not events, because vendors that charge by the event count both alike.
//! Values that a cross-origin server does not expose (`Timing-Allow-Origin`) are zero in the entry and
//! are left out.

use wasm_bindgen::JsValue;

use crate::browser::js::{float, text};
use crate::core::otlp::attributes::Attributes;
use crate::instrument::attributes::{set_ms, set_text};

/// The attribute of each phase, and the two time stamps it lies between.
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

/// Values of `nextHopProtocol`, and the matching `network.protocol.version`.
const VERSIONS: [(&str, &str); 5] = [
    ("http/1.0", "1.0"),
    ("http/1.1", "1.1"),
    ("h2", "2"),
    ("h2c", "2"),
    ("h3", "3"),
];

/// Adds the timings of an entry. Phases that took no time, as on a reused connection, are left out.
pub(crate) fn describe(entry: &JsValue, to: &mut Attributes) {
    for (key, from, end) in PHASES {
        let length = positive_or_nan(entry, end) - positive_or_nan(entry, from);
        if length > 0.0 {
            set_ms(to, key, length);
        }
    }
    let size = positive_or_nan(entry, "encodedBodySize");
    if size > 0.0 {
        to.set("http.response.body.size", size as i64);
    }
    let protocol = text(entry, "nextHopProtocol").unwrap_or_default();
    if let Some((_, version)) = VERSIONS.iter().find(|(name, _)| *name == protocol) {
        to.set("network.protocol.version", *version);
    }
    let delivery = if is_from_worker(entry) {
        Some("service-worker")
    } else {
        is_from_cache(entry).then_some("cache")
    };
    set_text(to, "browser.resource_timing.delivery_type", delivery);
}

/// Reads a time stamp or a size. Unknown values are NaN, not zero as in the entry.
pub(crate) fn positive_or_nan(entry: &JsValue, key: &str) -> f64 {
    let value = float(entry, key);
    if value > 0.0 { value } else { f64::NAN }
}

/// Whether a service worker responded. If it left the request to the browser, the request starts after
/// the fetch.
fn is_from_worker(entry: &JsValue) -> bool {
    let is_passed_on = float(entry, "requestStart") > float(entry, "fetchStart");
    float(entry, "workerStart") > 0.0 && !is_passed_on
}

/// Whether the response came without network traffic of the page, as far as the page can see. Responses
/// of a service worker do, wherever that has them from.
pub(crate) fn is_from_cache(entry: &JsValue) -> bool {
    positive_or_nan(entry, "decodedBodySize") > 0.0 && float(entry, "transferSize") == 0.0
}
