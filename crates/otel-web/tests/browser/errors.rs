//! Errors, recorded on the action that caused them.

use std::slice;

use opentelemetry::trace::TraceContextExt;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use otel_web::action;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{clickable, install, named, spans, text, trace_of, until};

#[wasm_bindgen_test]
async fn a_recorded_error_marks_its_action() {
    install();
    action("unlucky")
        .start()
        .run(async { otel_web::record_error("no more tea") });
    let trace = trace_of("unlucky").await;
    let root = named(&trace, "unlucky");
    assert_eq!(root.status.as_ref().unwrap().message, "no more tea");
    assert_eq!(root.events[0].name, "exception");
    assert_eq!(text(root, "app.action.outcome").as_deref(), Some("error"));
}

#[wasm_bindgen_test]
async fn a_script_error_in_a_handler_is_the_actions() {
    install();
    let throwing = js_sys::Function::new_no_args("throw new Error('tea is out')");
    let button = clickable("<button>Throw</button>", |_| ());
    button
        .add_event_listener_with_callback("click", &throwing)
        .unwrap();
    // The runner of these tests would take the error for its own.
    let handled = js_sys::Function::new_with_args(
        "event",
        "event.preventDefault(); event.stopImmediatePropagation()",
    );
    web_sys::window()
        .unwrap()
        .add_event_listener_with_callback("error", &handled)
        .unwrap();
    button.click();
    let trace = trace_of("click Throw").await;
    let exception = &trace[0].events[0];
    assert_eq!(exception.name, "exception");
    web_sys::window()
        .unwrap()
        .remove_event_listener_with_callback("error", &handled)
        .unwrap();
}

/// The texts of an exception's attribute, one for each time it was told.
fn told(spans: &[Span], key: &str) -> Vec<String> {
    let events = spans.iter().flat_map(|span| &span.events);
    let attributes = events.flat_map(|event| &event.attributes);
    let values = attributes
        .filter(|attribute| attribute.key == key)
        .filter_map(|attribute| attribute.value.clone()?.value);
    let text = |value| match value {
        Value::StringValue(text) => Some(text),
        _ => None,
    };
    values.filter_map(text).collect()
}

#[wasm_bindgen_test]
async fn the_same_rejection_again_and_again_is_one_root_with_its_stack() {
    install();
    // A page load or a navigation that is still under way would take it for its own.
    let is_nothing_under_way = || !otel_web::cause().has_active_span();
    until(is_nothing_under_way, "the page to be shown").await;
    let reject = js_sys::Function::new_no_args(
        "const quiet = (event) => event.stopImmediatePropagation();
         addEventListener('unhandledrejection', quiet);
         const brew = () => new RangeError('too much tea');
         const reason = brew();
         const promise = Promise.resolve();
         for (let i = 0; i < 5; i += 1)
           dispatchEvent(new PromiseRejectionEvent('unhandledrejection', { promise, reason }));
         removeEventListener('unhandledrejection', quiet);",
    );
    reject.call0(&wasm_bindgen::JsValue::UNDEFINED).unwrap();
    let is_it = |span: &Span| told(slice::from_ref(span), "exception.type") == ["RangeError"];
    until(|| spans().iter().any(is_it), "the rejection").await;
    let root = spans().into_iter().find(is_it).unwrap();
    assert_eq!((&root.name[..], root.parent_span_id.len()), ("error", 0));
    assert!(told(&[root], "exception.stacktrace")[0].contains("brew"));
    action("after the rejections").start().run(async {});
    trace_of("after the rejections").await;
    let messages = told(&spans(), "exception.message");
    let count = messages
        .iter()
        .filter(|told| *told == "too much tea")
        .count();
    assert_eq!(count, 1);
}

#[wasm_bindgen_test]
async fn the_same_error_of_two_actions_is_told_by_both() {
    install();
    for name in ["unlucky once", "unlucky twice"] {
        action(name).start().run(async {
            otel_web::record_error("out of milk");
            otel_web::record_error("out of milk");
        });
        let trace = trace_of(name).await;
        assert_eq!(told(&trace, "exception.message"), ["out of milk"]);
    }
}

#[wasm_bindgen_test]
async fn an_error_is_named_by_its_type() {
    install();
    action("parsing")
        .start()
        .run(async { otel_web::record_error("x".parse::<u8>().unwrap_err()) });
    let trace = trace_of("parsing").await;
    assert_eq!(
        told(&trace, "exception.type"),
        ["core::num::error::ParseIntError"]
    );
}
