//! Errors, recorded on the action that caused them.

use std::slice;

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use otel_web::action;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{
    clickable, install, named, nothing_in_progress, spans, text, trace_of, until,
};

#[wasm_bindgen_test]
async fn recorded_error_sets_the_status_of_its_action() {
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
async fn script_error_in_a_handler_is_recorded_on_the_action() {
    install();
    let throwing = js_sys::Function::new_no_args("throw new Error('tea is out')");
    let button = clickable("<button>Throw</button>", |_| ());
    button
        .add_event_listener_with_callback("click", &throwing)
        .unwrap();
    // The test runner would fail the test for this error.
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

/// Returns the values of an attribute of all exceptions.
fn exception_attribute(spans: &[Span], key: &str) -> Vec<String> {
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
async fn repeated_rejection_is_one_root_with_its_stack() {
    install();
    // During a page load or navigation, the error would be recorded there.
    nothing_in_progress().await;
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
    let is_rejection = |span: &Span| {
        exception_attribute(slice::from_ref(span), "exception.type") == ["RangeError"]
    };
    until(|| spans().iter().any(is_rejection), "the rejection").await;
    let root = spans().into_iter().find(is_rejection).unwrap();
    assert_eq!((&root.name[..], root.parent_span_id.len()), ("error", 0));
    assert!(exception_attribute(&[root], "exception.stacktrace")[0].contains("brew"));
    action("after the rejections").start().run(async {});
    trace_of("after the rejections").await;
    let messages = exception_attribute(&spans(), "exception.message");
    let count = messages
        .iter()
        .filter(|message| *message == "too much tea")
        .count();
    assert_eq!(count, 1);
}

#[wasm_bindgen_test]
async fn same_error_in_two_actions_is_recorded_on_both() {
    install();
    for name in ["unlucky once", "unlucky twice"] {
        action(name).start().run(async {
            otel_web::record_error("out of milk");
            otel_web::record_error("out of milk");
        });
        let trace = trace_of(name).await;
        assert_eq!(
            exception_attribute(&trace, "exception.message"),
            ["out of milk"]
        );
    }
}

#[wasm_bindgen_test]
async fn exception_type_is_the_rust_type_of_the_error() {
    install();
    action("parsing")
        .start()
        .run(async { otel_web::record_error("x".parse::<u8>().unwrap_err()) });
    let trace = trace_of("parsing").await;
    assert_eq!(
        exception_attribute(&trace, "exception.type"),
        ["core::num::error::ParseIntError"]
    );
}
