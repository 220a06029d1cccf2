//! The application's observer of root spans.

use std::time::{Duration, UNIX_EPOCH};

use opentelemetry::trace::{Status, TraceContextExt, Tracer};
use opentelemetry::{Context, global};
use otel_web::action;
use otel_web::fetch::Request;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{install, named, observed, trace_of};

#[wasm_bindgen_test]
async fn observed_root_is_the_exported_one() {
    install();
    action("observed.load").start().run(async {
        Request::get("/api/observed?wait=10").send().await.unwrap();
    });
    let roots = observed("observed.load").await;
    let [root] = &roots[..] else {
        panic!("{roots:?}");
    };
    let trace = trace_of("observed.load").await;
    let exported = named(&trace, "observed.load");
    assert_eq!(
        root.span_context().trace_id().to_bytes()[..],
        exported.trace_id
    );
    assert_eq!(
        root.span_context().span_id().to_bytes()[..],
        exported.span_id
    );
    let start = UNIX_EPOCH + Duration::from_nanos(exported.start_time_unix_nano);
    let nanos = exported.end_time_unix_nano - exported.start_time_unix_nano;
    assert_eq!(
        (root.start(), root.duration().as_nanos()),
        (start, nanos.into())
    );
    assert!(root.duration() >= Duration::from_millis(10), "{root:?}");
    assert_eq!(root.status(), &Status::Unset);
    // The request of the action is not a root.
    assert!(trace.iter().any(|span| span.name == "GET"));
}

#[wasm_bindgen_test]
async fn failed_root_is_observed_with_its_error() {
    install();
    action("observed.fail").start().run(async {
        otel_web::record_error("no tea left");
    });
    let roots = observed("observed.fail").await;
    assert_eq!(roots[0].status(), &Status::error("no tea left"));
}

#[wasm_bindgen_test]
async fn root_of_a_tracer_is_observed_and_its_child_is_not() {
    install();
    let tracer = global::tracer("app");
    let root = tracer.start_with_context("observed alone", &Context::new());
    let context = Context::new().with_span(root);
    drop(tracer.start_with_context("observed child", &context));
    drop(context);
    assert_eq!(observed("observed alone").await.len(), 1);
}
