//! Who sends these spans: the service, this SDK, and the browser it runs in.

use opentelemetry::KeyValue;

use crate::js;

/// The attributes of the resource, the application's own last, so that they win.
pub(crate) fn attributes(service_name: &str, own: Vec<KeyValue>) -> Vec<KeyValue> {
    let mut attributes = vec![
        KeyValue::new("service.name", service_name.to_owned()),
        KeyValue::new("telemetry.sdk.name", "otel-web"),
        KeyValue::new("telemetry.sdk.language", "rust"),
        KeyValue::new("telemetry.sdk.version", env!("CARGO_PKG_VERSION")),
    ];
    attributes
        .extend(navigator("userAgent").map(|value| KeyValue::new("user_agent.original", value)));
    attributes.extend(navigator("language").map(|value| KeyValue::new("browser.language", value)));
    attributes.extend(navigator("platform").map(|value| KeyValue::new("browser.platform", value)));
    for attribute in own {
        attributes.retain(|known| known.key != attribute.key);
        attributes.push(attribute);
    }
    attributes
}

/// A text of `navigator`, which pages and workers both have.
fn navigator(property: &str) -> Option<String> {
    js::text(&js::global("navigator"), property)
}
