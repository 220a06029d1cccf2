//! A page in a new tab, while another tab of the origin is in use.

#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a panic fails the test")]

use gloo_timers::future::TimeoutFuture;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use otel_web::action;
use prost::Message;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(module = "/tests/browser/support/network.js")]
extern "C" {
    fn listen();
    fn bodies() -> Vec<js_sys::Uint8Array>;
}

const SESSION: &str = "0123456789abcdef0123456789abcdef";

/// Stores the session as the other tab does after a root: id, start, last use, previous id, latest root.
fn store_session_of_other_tab() {
    let now = format!("{:016x}", js_sys::Date::now() as u64);
    let root = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03";
    let text = [SESSION, &now, &now, "-", root].join(" ");
    let window = web_sys::window().unwrap();
    let storage = window.local_storage().unwrap().unwrap();
    storage.set_item("otel.session", &text).unwrap();
}

#[wasm_bindgen_test]
async fn first_root_of_a_new_tab_links_to_no_root_of_another_tab() {
    store_session_of_other_tab();
    listen();
    otel_web::Telemetry::builder("new tab")
        .endpoint("/otlp")
        .install();
    let load = arrived("documentLoad").await;
    assert!(has_attribute(&load, "session.id", SESSION));
    assert!(load.links.is_empty(), "{:?}", load.links);
    action("in the new tab").start().run(async {});
    let next = arrived("in the new tab").await;
    assert_eq!(next.links[0].trace_id, load.trace_id);
}

fn has_attribute(span: &Span, key: &str, value: &str) -> bool {
    use opentelemetry_proto::tonic::common::v1::any_value::Value;
    let expected = Some(Value::StringValue(value.to_owned()));
    span.attributes.iter().any(|attribute| {
        attribute.key == key && attribute.value.clone().and_then(|value| value.value) == expected
    })
}

async fn arrived(name: &str) -> Span {
    for _ in 0..1_000 {
        if let Some(span) = spans().into_iter().find(|span| span.name == name) {
            return span;
        }
        TimeoutFuture::new(10).await;
    }
    panic!("waited 10 s for {name}");
}

fn spans() -> Vec<Span> {
    let decode =
        |body: js_sys::Uint8Array| ExportTraceServiceRequest::decode(&body.to_vec()[..]).unwrap();
    let requests = bodies().into_iter().map(decode);
    let resources = requests.flat_map(|request| request.resource_spans);
    let scopes = resources.flat_map(|resource| resource.scope_spans);
    scopes.flat_map(|scope| scope.spans).collect()
}
