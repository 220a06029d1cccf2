//! A dedicated worker, which has no window, no document, no storage and no frames.

#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a panic fails the test")]

use gloo_timers::future::TimeoutFuture;
use opentelemetry::global;
use opentelemetry::trace::Tracer;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use otel_web::action;
use otel_web::fetch::Request;
use otel_web::testing::{Recorder, expect};
use prost::Message;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

#[wasm_bindgen(module = "/tests/browser/support/network.js")]
extern "C" {
    fn listen();
    fn bodies() -> Vec<js_sys::Uint8Array>;
    #[wasm_bindgen(js_name = headerOf)]
    fn header_of(url: &str, name: &str) -> Option<String>;
}

fn install() -> Recorder {
    thread_local!(static DONE: std::cell::Cell<bool> = const { std::cell::Cell::new(false) });
    if !DONE.replace(true) {
        listen();
        otel_web::Telemetry::builder("worker")
            .endpoint("/otlp")
            .install()
            .set_global();
    }
    Recorder::install()
}

#[wasm_bindgen_test]
async fn action_with_its_requests_and_spans_is_one_trace() {
    let recorder = install();
    action("index.build").start().run(async {
        TimeoutFuture::new(5).await;
        let request = Request::get("/api/words?wait=10").url_template("/api/words");
        request.send().await.unwrap();
        otel_web::spawn(async { global::tracer("index").in_span("sort", |_| ()) });
    });
    let trace = recorder.trace("index.build").await;
    let expected = expect::action("index.build")
        .attribute("app.action.outcome", "completed")
        .attribute("app.action.trigger", "code")
        .calls("GET /api/words")
        .child(expect::span("sort"))
        .only();
    trace.assert(&expected);
    assert!(header_of("/api/words?wait=10", "traceparent").is_some());
}

#[wasm_bindgen_test]
async fn ended_spans_are_sent() {
    let _recorder = install();
    action("index.save").start().run(async {});
    for _ in 0..500 {
        if received().contains(&"index.save".to_owned()) {
            return;
        }
        TimeoutFuture::new(10).await;
    }
    panic!("waited 5 s for index.save; received {:?}", received());
}

/// Returns the names of the spans that have arrived.
fn received() -> Vec<String> {
    let decode =
        |body: js_sys::Uint8Array| ExportTraceServiceRequest::decode(&body.to_vec()[..]).unwrap();
    let resources = bodies()
        .into_iter()
        .flat_map(|body| decode(body).resource_spans);
    let scopes = resources.flat_map(|resource| resource.scope_spans);
    let spans = scopes.flat_map(|scope| scope.spans);
    spans.map(|span| span.name).collect()
}
