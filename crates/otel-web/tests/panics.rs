//! A panic in instrumented functions. After it, no other test may run in the page.

#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a panic fails the test")]

mod arrivals;

use gloo_timers::future::TimeoutFuture;
use otel_web::action;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

use arrivals::{arrived, listen, text};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(inline_js = r#"
    // The test runner would fail the test for the trap.
    export function callLater(callback) {
        setTimeout(() => { try { callback(); } catch {} });
    }
"#)]
extern "C" {
    #[wasm_bindgen(js_name = callLater)]
    fn call_later(callback: &Closure<dyn FnMut()>);
}

#[tracing::instrument]
fn outer() {
    inner(17);
}

#[tracing::instrument]
fn inner(cup: u32) {
    panic!("no more tea in cup {cup}");
}

#[wasm_bindgen_test]
async fn panic_is_on_the_innermost_function_and_ends_the_trace() {
    listen();
    otel_web::Telemetry::builder("panics")
        .endpoint("/otlp")
        .install();
    tracing::subscriber::set_global_default(otel_web::tracing::Subscriber::new()).unwrap();
    let started = action("tea.pour").start();
    let panicking = Closure::new(move || {
        let _attached = started.context().attach();
        outer();
    });
    call_later(&panicking);
    TimeoutFuture::new(0).await;
    let [inner, outer, root] = [
        arrived("inner").await,
        arrived("outer").await,
        arrived("tea.pour").await,
    ];
    assert_eq!(inner.events[0].name, "exception");
    assert_eq!(inner.parent_span_id, outer.span_id);
    assert_eq!(outer.parent_span_id, root.span_id);
    assert_eq!(text(&root, "app.action.outcome").as_deref(), Some("error"));
    for span in [&inner, &root] {
        assert_eq!(
            span.status.as_ref().unwrap().message,
            "no more tea in cup 17"
        );
    }
}
