//! The page of otel-web in the benchmarks. It has the same functions as the pages of the other SDKs; `www/page.js`
//! exports them as `globalThis.sdk`.

#[cfg(not(feature = "instrumented"))]
mod direct;
#[cfg(feature = "instrumented")]
mod instrumented;
pub mod mix;

use std::cell::RefCell;

#[cfg(not(feature = "instrumented"))]
use direct as loop_spans;
#[cfg(feature = "instrumented")]
use instrumented as loop_spans;
use opentelemetry::trace::{Span as _, TraceContextExt as _, Tracer as _};
use opentelemetry::{Context, KeyValue, global};
use otel_web::Telemetry;
use otel_web::fetch::Request;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;
}

thread_local! {
    /// The root that stays open until the page ends it.
    static OPEN: RefCell<Vec<Context>> = const { RefCell::new(Vec::new()) };
}

/// The page's script calls the functions below.
fn main() {}

/// Installs telemetry as in the README.
#[wasm_bindgen]
pub fn install(endpoint: String, ratio: f64) {
    Telemetry::builder("bench")
        .endpoint(endpoint)
        .sample_ratio(ratio)
        .install()
        .set_global();
    loop_spans::install();
}

/// Makes a trace whose root ends last. Returns the number of ended spans.
#[wasm_bindgen]
#[must_use]
pub fn spans(name: String, children: u32) -> u32 {
    let root = root(name);
    for number in 0..children {
        child(&root, number);
    }
    root.span().end();
    children + 1
}

/// Makes a root that stays open until the page is left, with one ended child. Returns the number of spans that should
/// arrive.
#[wasm_bindgen]
#[must_use]
pub fn open_root(name: String) -> u32 {
    let root = root(name);
    child(&root, 0);
    OPEN.with_borrow_mut(|open| open.push(root));
    2
}

/// Sends a traced request in its own trace. Resolves after the response with the number of ended spans.
#[wasm_bindgen]
pub async fn request(name: String, url: String) -> u32 {
    let root = root(name);
    let response = otel_web::with_context(root.clone(), Request::get(&url).send()).await;
    root.span().end();
    1 + u32::from(response.is_ok())
}

/// Starts and ends `count` spans. Returns the time in milliseconds.
#[wasm_bindgen]
#[must_use]
pub fn run(count: u32) -> f64 {
    let began = now();
    loop_spans::run(count);
    now() - began
}

fn root(name: String) -> Context {
    let mut span = global::tracer("bench").start_with_context(name, &Context::new());
    describe(&mut span, 0);
    Context::new().with_span(span)
}

fn child(root: &Context, number: u32) {
    let mut span = global::tracer("bench").start_with_context("m.child", root);
    describe(&mut span, number);
    span.end();
}

/// Sets five attributes as those of an application's request. They are the same for every SDK.
fn describe(span: &mut impl opentelemetry::trace::Span, number: u32) {
    span.set_attribute(KeyValue::new("http.request.method", "GET"));
    span.set_attribute(KeyValue::new("url.template", "/api/items/{id}"));
    span.set_attribute(KeyValue::new("app.item.number", i64::from(number)));
    span.set_attribute(KeyValue::new("http.response.status_code", 200));
    span.set_attribute(KeyValue::new("app.cached", number.is_multiple_of(2)));
}
