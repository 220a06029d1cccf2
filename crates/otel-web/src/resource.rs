//! Who sends these spans: the service, this SDK, and the browser it runs in.

use opentelemetry::{Array, KeyValue, StringValue, Value};
use wasm_bindgen::{JsCast, JsValue};

use crate::js;

/// The attributes of the resource, the application's own last, so that they win.
pub(crate) fn attributes(service_name: &str, own: Vec<KeyValue>) -> Vec<KeyValue> {
    let mut attributes = vec![
        KeyValue::new("service.name", service_name.to_owned()),
        KeyValue::new("telemetry.sdk.name", "otel-web"),
        KeyValue::new("telemetry.sdk.language", "rust"),
        KeyValue::new("telemetry.sdk.version", env!("CARGO_PKG_VERSION")),
    ];
    // Pages and workers both have it.
    describe_browser(&js::global("navigator"), &mut attributes);
    for attribute in own {
        attributes.retain(|known| known.key != attribute.key);
        attributes.push(attribute);
    }
    attributes
}

/// By the conventions, platform and brands come from the client hints and nowhere else.
fn describe_browser(navigator: &JsValue, attributes: &mut Vec<KeyValue>) {
    let hints = js::get(navigator, "userAgentData");
    let texts = [
        ("user_agent.original", js::text(navigator, "userAgent")),
        ("browser.language", js::text(navigator, "language")),
        ("browser.platform", js::text(&hints, "platform")),
    ];
    for (key, text) in texts {
        attributes.extend(text.map(|text| KeyValue::new(key, text)));
    }
    if let Some(is_mobile) = js::get(&hints, "mobile").as_bool() {
        attributes.push(KeyValue::new("browser.mobile", is_mobile));
    }
    let brands = brands(&js::get(&hints, "brands"));
    if !brands.is_empty() {
        attributes.push(KeyValue::new(
            "browser.brands",
            Value::Array(Array::String(brands)),
        ));
    }
}

/// Each as `{brand} {version}`.
fn brands(list: &JsValue) -> Vec<StringValue> {
    let Some(list) = list.dyn_ref::<js_sys::Array>() else {
        return Vec::new();
    };
    let described = |brand: JsValue| {
        let name = js::text(&brand, "brand")?;
        let version = js::text(&brand, "version").unwrap_or_default();
        Some([&name, " ", &version[..]].concat().into())
    };
    list.iter().filter_map(described).collect()
}
