//! The life of a page: load, export, exit.

use gloo_timers::future::TimeoutFuture;
use opentelemetry::global;
use opentelemetry::trace::Tracer;
use otel_web::action;
use otel_web::fetch::Request;
use std::future::pending;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support;
use crate::support::{
    answer_next, assert_one_tree, come_back, dispatch, install, named, text, trace_of,
};

#[wasm_bindgen_test]
async fn the_page_load_is_a_root_with_its_document() {
    install();
    let trace = trace_of("documentLoad").await;
    assert_one_tree(&trace, "documentLoad");
    assert!(trace.iter().any(|span| span.name == "documentFetch"));
}

#[wasm_bindgen_test]
async fn a_busy_receiver_is_asked_again_and_nothing_is_lost() {
    install();
    trace_of("documentLoad").await;
    answer_next(503, Some("1".to_owned()));
    answer_next(429, Some("0".to_owned()));
    action("patient").start().run(async {});
    trace_of("patient").await;
    let count = support::spans()
        .iter()
        .filter(|span| span.name == "patient")
        .count();
    assert_eq!(count, 1);
}

#[wasm_bindgen_test]
async fn leaving_the_page_ends_what_is_open_and_sends_it_at_once() {
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
    come_back();
}
