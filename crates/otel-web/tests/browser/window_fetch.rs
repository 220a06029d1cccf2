//! Requests made by JavaScript.

use js_sys::Function;
use opentelemetry::Context;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{self, assert_one_tree, clickable, install, named, spans, text, trace_of};

/// Runs the body of an asynchronous JavaScript function up to its first `await`.
fn run(code: &str) -> impl Future<Output = Result<JsValue, JsValue>> + use<> {
    let code = ["return (async () => {", code, "})()"].concat();
    let promise = Function::new_no_args(&code).call0(&JsValue::UNDEFINED);
    JsFuture::from(promise.unwrap().unchecked_into::<js_sys::Promise>())
}

#[wasm_bindgen_test]
async fn request_of_a_library_is_below_the_click_that_caused_it() {
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
async fn bodies_and_cross_origin_requests_are_unchanged() {
    install();
    let code = "const request = new Request('/api/a?echo', { method: 'POST', body: 'tea' });
        const first = await fetch(request);
        // Firefox does not support streams as bodies, and converts them to text.
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
async fn suppressed_request_keeps_its_body() {
    install();
    let response = {
        let _guard = Context::enter_telemetry_suppressed_scope();
        let code =
            "const request = new Request('/api/quiet?echo', { method: 'POST', body: 'tea' });
            return (await fetch(request)).text()";
        run(code)
    };
    assert_eq!(response.await.unwrap(), "tea");
    assert!(support::header_of("/api/quiet?echo", "traceparent").is_none());
}

#[wasm_bindgen_test]
async fn rejection_has_the_original_reason() {
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
async fn request_of_this_crate_has_one_span_and_an_export_none() {
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

/// Returns the number of spans of requests whose URL ends with `url`.
fn spans_of(url: &str) -> usize {
    let is_match = |full: String| full.ends_with(url);
    let spans = spans();
    let of_url = spans
        .iter()
        .filter(|span| text(span, "url.full").is_some_and(is_match));
    of_url.count()
}

#[wasm_bindgen_test]
async fn exports_of_another_instance_are_not_traced() {
    install();
    // By this version, by a version without marks, and with requests wrapped by another library.
    let export =
        "{ method: 'POST', headers: { 'content-type': 'application/x-protobuf' }, body: 'x' }";
    for (number, code) in [
        "await fetch('https://collector.example/1', { method: 'POST', otelWebUntraced: true })",
        "await fetch('https://collector.example/2/v1/traces', EXPORT)",
        "await fetch(new Request('https://collector.example/3/v1/traces', EXPORT))",
        "const request = new Request('https://collector.example/4');
            request.otelWebUntraced = true;
            await fetch(request)",
    ]
    .into_iter()
    .enumerate()
    {
        run(&code.replace("EXPORT", export)).await.unwrap();
        let traced = ["/api/after/", &number.to_string()].concat();
        let code = ["await fetch('", &traced, "')"].concat();
        run(&code).await.unwrap();
        support::until(|| spans_of(&traced) == 1, "the span of a request").await;
    }
    let is_export = |url: String| url.contains("collector.example");
    let all = spans();
    let traced = all
        .iter()
        .find(|span| text(span, "url.full").is_some_and(is_export));
    assert!(traced.is_none(), "{traced:?}");
}

#[wasm_bindgen_test]
async fn existing_traceparent_is_not_replaced() {
    install();
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let code = [
        "await fetch('/api/traced-by-other', { headers: { traceparent: '",
        parent,
        "' } })",
    ]
    .concat();
    run(&code).await.unwrap();
    run("await fetch('/api/after/other')").await.unwrap();
    support::until(
        || spans_of("/api/after/other") == 1,
        "the span of a request",
    )
    .await;
    assert_eq!(spans_of("/api/traced-by-other"), 0);
    let sent = support::header_of("/api/traced-by-other", "traceparent");
    assert_eq!(sent.as_deref(), Some(parent));
}
