//! The spans that have arrived at the receiver of a page with its own test binary.

use gloo_timers::future::TimeoutFuture;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/tests/browser/support/network.js")]
extern "C" {
    pub(crate) fn listen();
    fn bodies() -> Vec<js_sys::Uint8Array>;
}

pub(crate) fn spans() -> Vec<Span> {
    let decode =
        |body: js_sys::Uint8Array| ExportTraceServiceRequest::decode(&body.to_vec()[..]).unwrap();
    let requests = bodies().into_iter().map(decode);
    let resources = requests.flat_map(|request| request.resource_spans);
    let scopes = resources.flat_map(|resource| resource.scope_spans);
    scopes.flat_map(|scope| scope.spans).collect()
}

/// Waits for a span with this name.
pub(crate) async fn arrived(name: &str) -> Span {
    wait_for(name, || spans().into_iter().find(|span| span.name == name)).await
}

pub(crate) async fn wait_for(what: &str, find: impl Fn() -> Option<Span>) -> Span {
    for _ in 0..1_000 {
        if let Some(span) = find() {
            return span;
        }
        TimeoutFuture::new(10).await;
    }
    panic!("waited 10 s for {what}");
}

pub(crate) fn value(span: &Span, key: &str) -> Option<Value> {
    let mut attributes = span.attributes.iter();
    let found = attributes.find(|attribute| attribute.key == key);
    found?.value.clone()?.value
}

pub(crate) fn text(span: &Span, key: &str) -> Option<String> {
    match value(span, key)? {
        Value::StringValue(text) => Some(text),
        _ => None,
    }
}
