//! How long the phases of a request took, from its Resource Timing or Navigation Timing entry.
//!
//! Attributes and not events, for every event costs as much as a span with those who count them.
//! What a foreign server does not allow to be seen reads as zero, and is left out.

use wasm_bindgen::JsValue;

use crate::js::{number, text};
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

/// Phases that took no time, as on a connection that was open already, are left out.
pub(crate) fn describe(entry: &JsValue, to: &mut Attributes) {
    for (key, from, end) in PHASES {
        if let (Some(from), Some(end)) = (instant(entry, from), instant(entry, end))
            && end > from
        {
            to.set(key, duration(end - from));
        }
    }
    if let Some(size) = instant(entry, "encodedBodySize") {
        to.set("http.response.body.size", size as i64);
    }
    if let Some(version) = text(entry, "nextHopProtocol").and_then(|name| version(&name)) {
        to.set("network.protocol.version", version);
    }
    if is_from_cache(entry) {
        to.set("browser.resource_timing.delivery_type", "cache");
    }
}

/// Milliseconds in eighths: as much as browsers tell, and in few bytes once compressed.
pub(crate) fn duration(ms: f64) -> f64 {
    (ms * 8.0).round_ties_even() / 8.0
}

/// An instant, or an amount, that is known.
pub(crate) fn instant(entry: &JsValue, key: &str) -> Option<f64> {
    number(entry, key).filter(|value| *value > 0.0)
}

/// Whether nothing of it came over the network.
pub(crate) fn is_from_cache(entry: &JsValue) -> bool {
    let has_body = instant(entry, "decodedBodySize").is_some();
    has_body && number(entry, "transferSize") == Some(0.0)
}

/// `h2` and `http/1.1` are the HTTP versions 2 and 1.1. Anything else is not HTTP.
fn version(protocol: &str) -> Option<&'static str> {
    match protocol {
        "http/1.0" => Some("1.0"),
        "http/1.1" => Some("1.1"),
        "h2" | "h2c" => Some("2"),
        "h3" => Some("3"),
        _ => None,
    }
}
