//! The resource of all spans: the service, this SDK, the build, and the browser.

use opentelemetry::{Array, KeyValue, StringValue};
use wasm_bindgen::JsValue;

use crate::browser::js;
use crate::core::otlp::attributes::{self, AnyValue, Attributes};
use crate::trace::build_id::build_id;

/// Returns the resource's attributes. Those of the application replace the detected ones.
pub(crate) fn attributes(service_name: &str, custom: &[KeyValue]) -> Attributes {
    let mut attributes = attributes::resource_attributes();
    attributes.set("service.name", service_name);
    attributes.set("telemetry.sdk.name", "otel-web");
    attributes.set("telemetry.sdk.language", "rust");
    attributes.set("telemetry.sdk.version", env!("CARGO_PKG_VERSION"));
    if let Some(id) = build_id() {
        attributes.set("app.build_id", id);
    }
    // Exists in pages and workers.
    describe_browser(&js::global("navigator"), &mut attributes);
    attributes.set_all(custom);
    attributes
}

/// The semantic conventions allow the client hints as the only source of platform and brands.
fn describe_browser(navigator: &JsValue, attributes: &mut Attributes) {
    let hints = js::get(navigator, "userAgentData");
    for (key, object, property) in [
        ("user_agent.original", navigator, "userAgent"),
        ("browser.language", navigator, "language"),
        ("browser.platform", &hints, "platform"),
    ] {
        if let Some(text) = js::text(object, property) {
            attributes.set(key, &*text);
        }
    }
    if let Some(is_mobile) = js::get(&hints, "mobile").as_bool() {
        attributes.set("browser.mobile", is_mobile);
    }
    let brands = brands(&js::get(&hints, "brands"));
    if !brands.is_empty() {
        attributes.set("browser.brands", AnyValue::Array(&Array::String(brands)));
    }
}

/// Formats each brand as `{brand} {version}`. Browsers report three.
fn brands(list: &JsValue) -> Vec<StringValue> {
    let mut brands = Vec::new();
    for index in ["0", "1", "2", "3", "4", "5"] {
        let brand = js::get(list, index);
        if let Some(name) = js::text(&brand, "brand") {
            let version = js::text(&brand, "version").unwrap_or_default();
            brands.push([&name, " ", &version[..]].concat().into());
        }
    }
    brands
}
