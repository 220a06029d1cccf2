//! A page in a new tab, while another tab of the origin is in use.

#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a panic fails the test")]

mod arrivals;

use otel_web::action;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

use arrivals::{arrived, listen, text};

wasm_bindgen_test_configure!(run_in_browser);

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
    assert_eq!(text(&load, "session.id").as_deref(), Some(SESSION));
    assert!(load.links.is_empty(), "{:?}", load.links);
    action("in the new tab").start().run(async {});
    let next = arrived("in the new tab").await;
    assert_eq!(next.links[0].trace_id, load.trace_id);
}
