//! Installation with invalid settings, and repeated installation.

use js_sys::{Array, Function, Reflect};
use otel_web::Telemetry;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{assert_one_tree, clickable, install, trace_of};

/// Returns the warnings on the console during a function.
fn warnings(code: impl FnOnce()) -> Vec<String> {
    let console = Reflect::get(&js_sys::global(), &"console".into()).unwrap();
    let warn = Reflect::get(&console, &"warn".into()).unwrap();
    let messages = Array::new();
    let factory = Function::new_with_args("messages", "return (text) => messages.push(text)");
    let collector = factory.call1(&JsValue::UNDEFINED, &messages).unwrap();
    Reflect::set(&console, &"warn".into(), &collector).unwrap();
    code();
    Reflect::set(&console, &"warn".into(), &warn).unwrap();
    messages
        .iter()
        .filter_map(|text| text.as_string())
        .collect()
}

fn meta(name: &str, content: &str) -> web_sys::Element {
    let document = web_sys::window().unwrap().document().unwrap();
    let meta = document.create_element("meta").unwrap();
    meta.set_attribute("name", name).unwrap();
    meta.set_attribute("content", content).unwrap();
    let head = document.document_element().unwrap();
    head.append_child(&meta).unwrap();
    meta
}

#[wasm_bindgen_test]
fn invalid_setting_is_reported_once() {
    install();
    let meta = meta("otel-sample-ratio", "all");
    let messages = warnings(|| {
        Telemetry::builder("other").install();
        Telemetry::builder("other").install();
    });
    meta.remove();
    let expected =
        "otel-web: otel-sample-ratio is \"all\", expected a number from 0 to 1; telemetry is off";
    assert_eq!(messages, [expected]);
}

#[wasm_bindgen_test]
async fn install_is_idempotent() {
    install();
    let messages = warnings(|| {
        Telemetry::builder("again").endpoint("/elsewhere").install();
        Telemetry::builder("again").endpoint("/elsewhere").install();
    });
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(messages[0].contains("already installed"), "{messages:?}");
    let button = clickable("<button>Once</button>", |_| {
        otel_web::spawn(async {
            otel_web::fetch::Request::get("/api/once")
                .send()
                .await
                .unwrap();
        });
    });
    button.click();
    let trace = trace_of("click Once").await;
    assert_one_tree(&trace, "click Once");
    assert_eq!(trace.len(), 2, "one root and one request");
}
