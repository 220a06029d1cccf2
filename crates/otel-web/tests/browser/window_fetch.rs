//! Requests that JavaScript makes.

use js_sys::Function;
use opentelemetry::Context;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{self, assert_one_tree, clickable, install, named, spans, text, trace_of};

/// Runs the body of an asynchronous JavaScript function.
/// It has begun when this returns.
fn run(code: &str) -> impl Future<Output = Result<JsValue, JsValue>> + use<> {
    let code = ["return (async () => {", code, "})()"].concat();
    let promise = Function::new_no_args(&code).call0(&JsValue::UNDEFINED);
    JsFuture::from(promise.unwrap().unchecked_into::<js_sys::Promise>())
}

#[wasm_bindgen_test]
async fn a_request_of_a_library_belongs_to_the_click_that_caused_it() {
    install();
    let library = Function::new_no_args("fetch('/api/of-library', { headers: { accept: 'x/y' } })");
    let button = clickable("<button>Ask library</button>", |_| ());
    button
        .add_event_listener_with_callback("click", &library)
        .unwrap();
    button.click();
    let trace = trace_of("click Ask library").await;
    assert_one_tree(&trace, "click Ask library");
    assert_eq!(
        text(named(&trace, "GET"), "http.response.status_code").as_deref(),
        Some("200")
    );
    assert!(support::header_of("/api/of-library", "traceparent").is_some());
    assert_eq!(
        support::header_of("/api/of-library", "accept").as_deref(),
        Some("x/y")
    );
}

#[wasm_bindgen_test]
async fn bodies_and_foreign_requests_stay_as_they_are() {
    install();
    let code = "const request = new Request('/api/a?echo', { method: 'POST', body: 'tea' });
        const first = await fetch(request);
        // Firefox takes no streams: as a body they are the text that says what they are.
        const streams = !new Request('/', { method: 'POST', body: new ReadableStream(), duplex: 'half' })
            .headers.has('content-type');
        const milk = new Blob(['milk']);
        const body = streams ? milk.stream() : milk;
        const second = await fetch('/api/b?echo', { method: 'POST', body, duplex: 'half' });
        await fetch(new URL('https://elsewhere.example/of-library'));
        return await first.text() + request.bodyUsed + await second.text()";
    assert_eq!(run(code).await.unwrap(), "teatruemilk");
    let foreign = support::header_of("https://elsewhere.example/of-library", "traceparent");
    assert_eq!(foreign, None);
}

#[wasm_bindgen_test]
async fn a_request_that_telemetry_passes_over_keeps_its_body() {
    install();
    let answer = {
        let _guard = Context::enter_telemetry_suppressed_scope();
        let code =
            "const request = new Request('/api/quiet?echo', { method: 'POST', body: 'tea' });
            return (await fetch(request)).text()";
        run(code)
    };
    assert_eq!(answer.await.unwrap(), "tea");
    assert!(support::header_of("/api/quiet?echo", "traceparent").is_none());
}

#[wasm_bindgen_test]
async fn what_fails_fails_with_the_same_reason() {
    install();
    let code = "const controller = new AbortController();
        const request = fetch('/api/lib?wait=100000', { signal: controller.signal });
        controller.abort('enough');
        return request";
    assert_eq!(run(code).await.unwrap_err(), "enough");
    let invalid = run("return fetch('http://[')").await.unwrap_err();
    assert!(invalid.is_instance_of::<js_sys::TypeError>());
}

#[wasm_bindgen_test]
async fn requests_of_this_crate_have_one_span_and_exports_none() {
    install();
    otel_web::action("counting").start().run(async {
        otel_web::fetch::Request::get("/api/counted")
            .send()
            .await
            .unwrap();
    });
    let trace = trace_of("counting").await;
    let requests = trace.iter().filter(|span| span.name == "GET").count();
    assert_eq!(requests, 1);
    let is_export = |url: String| url.ends_with("/v1/traces");
    assert!(
        !spans()
            .iter()
            .any(|span| text(span, "url.full").is_some_and(is_export))
    );
}
