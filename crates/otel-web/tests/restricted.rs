//! A page whose storage is denied, with a receiver that rejects compressed requests.

#![cfg(target_arch = "wasm32")]

use gloo_timers::future::TimeoutFuture;
use otel_web::action;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(module = "/tests/browser/support/network.js")]
extern "C" {
    fn listen();
    #[wasm_bindgen(js_name = respondNext)]
    fn respond_next(span_name: &str, status: u16, retry_after: Option<String>);
    #[wasm_bindgen(js_name = hasArrived)]
    fn has_arrived(text: &str) -> bool;
    #[wasm_bindgen(js_name = exportEncoding)]
    fn export_encoding() -> Option<String>;
}

#[wasm_bindgen(inline_js = r#"
    export function denyStorage() {
        for (const name of ["localStorage", "sessionStorage"]) {
            const get = () => { throw new DOMException("denied", "SecurityError"); };
            Object.defineProperty(globalThis, name, { get });
        }
    }
"#)]
extern "C" {
    #[wasm_bindgen(js_name = denyStorage)]
    fn deny_storage();
}

#[wasm_bindgen_test]
async fn spans_arrive_without_compression_and_storage() {
    deny_storage();
    listen();
    // To the first request, whatever it contains: a receiver decides about compression once.
    respond_next("", 415, None);
    otel_web::Telemetry::builder("restricted")
        .endpoint("/otlp")
        .install();
    action("sent again").start().run(async {});
    until_arrived("sent again").await;
    assert_eq!(export_encoding(), None);
    action("sent uncompressed").start().run(async {});
    until_arrived("sent uncompressed").await;
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
