//! Errors, recorded on the action that caused them.

use otel_web::action;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{clickable, install, named, text, trace_of};

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
