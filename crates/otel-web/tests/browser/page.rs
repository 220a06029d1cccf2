//! The life of a page: loading, exporting, leaving.

use gloo_timers::future::TimeoutFuture;
use opentelemetry::global;
use opentelemetry::trace::Tracer;
use otel_web::action;
use otel_web::fetch::Request;
use std::future::pending;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support;
use crate::support::{
    assert_one_tree, dispatch, install, named, respond_next, return_to_page, text, trace_of,
};

#[wasm_bindgen_test]
async fn page_load_is_a_root_with_the_document_below_it() {
    install();
    let trace = trace_of("documentLoad").await;
    assert_one_tree(&trace, "documentLoad");
    assert!(trace.iter().any(|span| span.name == "documentFetch"));
}

#[wasm_bindgen_test]
async fn batch_is_retried_while_the_receiver_is_busy() {
    install();
    trace_of("documentLoad").await;
    respond_next("retried", 503, Some("1".to_owned()));
    respond_next("retried", 429, Some("0".to_owned()));
    action("retried").start().run(async {});
    trace_of("retried").await;
    let count = support::spans()
        .iter()
        .filter(|span| span.name == "retried")
        .count();
    assert_eq!(count, 1);
}

#[wasm_bindgen_test]
async fn leaving_the_page_ends_active_spans_and_sends_them_at_once() {
    install();
    let before = support::keepalive_count();
    let slow = async {
        global::tracer("app").start("waiting");
        let _ = Request::get("/api/never?wait=100000")
            .url_template("/api/never")
            .send()
            .await;
        pending::<()>().await;
    };
    action("left behind").start().run(slow);
    TimeoutFuture::new(20).await;
    dispatch("pagehide");
    assert!(support::keepalive_count() > before);
    let trace = trace_of("left behind").await;
    assert_one_tree(&trace, "left behind");
    assert_eq!(
        text(named(&trace, "left behind"), "app.action.outcome").as_deref(),
        Some("abandoned")
    );
    assert!(trace.iter().any(|span| span.name == "GET /api/never"));
    return_to_page();
}
