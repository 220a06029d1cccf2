//! Who sends these spans: the service, this SDK, and the browser it runs in.

use opentelemetry::{Array, KeyValue, StringValue};
use wasm_bindgen::JsValue;

use crate::js;
use crate::otlp::{self, AnyValue, Attributes};

/// The attributes of the resource, the application's own last, so that they win.
pub(crate) fn attributes(service_name: &str, own: &[KeyValue]) -> Attributes {
    let mut attributes = otlp::resource_attributes();
    attributes.set("service.name", service_name);
    attributes.set("telemetry.sdk.name", "otel-web");
    attributes.set("telemetry.sdk.language", "rust");
    attributes.set("telemetry.sdk.version", env!("CARGO_PKG_VERSION"));
    // Pages and workers both have it.
    describe_browser(&js::global("navigator"), &mut attributes);
    attributes.set_all(own);
    attributes
}

/// By the conventions, platform and brands come from the client hints and nowhere else.
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

/// Each as `{brand} {version}`. Browsers tell three.
fn brands(list: &JsValue) -> Vec<StringValue> {
    let mut brands = Vec::new();
    for place in ["0", "1", "2", "3", "4", "5"] {
        let brand = js::get(list, place);
        if let Some(name) = js::text(&brand, "brand") {
            let version = js::text(&brand, "version").unwrap_or_default();
            brands.push([&name, " ", &version[..]].concat().into());
        }
    }
    brands
}
