//! Settings of the page that cannot be used.

use js_sys::{Array, Function, Reflect};
use otel_web::Telemetry;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{assert_one_tree, clickable, install, trace_of};

/// What `code` says on the console by way of warning.
fn warnings(code: impl FnOnce()) -> Vec<String> {
    let console = Reflect::get(&js_sys::global(), &"console".into()).unwrap();
    let warn = Reflect::get(&console, &"warn".into()).unwrap();
    let said = Array::new();
    let collector = Function::new_with_args("said", "return (text) => said.push(text)");
    let note = collector.call1(&JsValue::UNDEFINED, &said).unwrap();
    Reflect::set(&console, &"warn".into(), &note).unwrap();
    code();
    Reflect::set(&console, &"warn".into(), &warn).unwrap();
    said.iter().filter_map(|text| text.as_string()).collect()
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
fn a_setting_that_cannot_be_used_is_one_message_and_changes_nothing() {
    install();
    let meta = meta("otel-sample-ratio", "all");
    let said = warnings(|| {
        Telemetry::builder("other").install();
        Telemetry::builder("other").install();
    });
    meta.remove();
    let expected =
        "otel-web: otel-sample-ratio is \"all\", expected a number from 0 to 1; telemetry is off";
    assert_eq!(said, [expected]);
}

#[wasm_bindgen_test]
async fn install_is_idempotent() {
    install();
    let said = warnings(|| {
        Telemetry::builder("again").endpoint("/elsewhere").install();
        Telemetry::builder("again").endpoint("/elsewhere").install();
    });
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("installed already"), "{said:?}");
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
