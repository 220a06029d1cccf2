//! A page that may store nothing, and a receiver that takes nothing compressed.

#![cfg(target_arch = "wasm32")]

use gloo_timers::future::TimeoutFuture;
use otel_web::action;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(module = "/tests/browser/support/network.js")]
extern "C" {
    fn listen();
    #[wasm_bindgen(js_name = answerNext)]
    fn answer_next(status: u16, retry_after: Option<String>);
    #[wasm_bindgen(js_name = hasArrived)]
    fn has_arrived(text: &str) -> bool;
    #[wasm_bindgen(js_name = exportEncoding)]
    fn export_encoding() -> Option<String>;
}

#[wasm_bindgen(inline_js = r#"
    export function forbidStorage() {
        for (const name of ["localStorage", "sessionStorage"]) {
            const get = () => { throw new DOMException("no", "SecurityError"); };
            Object.defineProperty(globalThis, name, { get });
        }
    }
"#)]
extern "C" {
    #[wasm_bindgen(js_name = forbidStorage)]
    fn forbid_storage();
}

#[wasm_bindgen_test]
async fn spans_arrive_uncompressed_and_from_memory() {
    forbid_storage();
    listen();
    answer_next(415, None);
    otel_web::Telemetry::builder("refused")
        .endpoint("/otlp")
        .install();
    action("unpacked").start().run(async {});
    until_arrived("unpacked").await;
    assert_eq!(export_encoding(), None);
    action("plain from the start").start().run(async {});
    until_arrived("plain from the start").await;
    assert_eq!(export_encoding(), None);
}

async fn until_arrived(name: &str) {
    for _ in 0..1_000 {
        if has_arrived(name) {
            return;
        }
        TimeoutFuture::new(10).await;
    }
    panic!("waited 10 s for {name}");
}
