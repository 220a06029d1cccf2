//! What is recorded of thrown values, and which action they belong to.

use js_sys::Function;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{clickable, install, named, nothing_in_progress, spans, trace_of, until};

/// Keeps errors from the test runner, which would fail the test.
const QUIET: &str = "const quiet = (event) => {
        event.preventDefault();
        event.stopImmediatePropagation();
    };
    for (const type of ['error', 'unhandledrejection']) addEventListener(type, quiet);
    const loud = () => {
        for (const type of ['error', 'unhandledrejection']) removeEventListener(type, quiet);
    };";

fn run(code: &str) {
    let code = [QUIET, code].concat();
    Function::new_no_args(&code)
        .call0(&JsValue::UNDEFINED)
        .unwrap();
}

/// Returns the attributes of the exception with this message, as texts.
fn exception(message: &str) -> Option<Vec<(String, String)>> {
    let spans = spans();
    let events = spans.iter().flat_map(|span| &span.events);
    let texts = events.map(|event| {
        let attributes = event.attributes.iter();
        let texts = attributes.filter_map(|attribute| {
            let text = match attribute.value.clone()?.value? {
                Value::StringValue(text) => text,
                Value::IntValue(number) => number.to_string(),
                _ => return None,
            };
            Some((attribute.key.clone(), text))
        });
        texts.collect::<Vec<_>>()
    });
    let has_message = ("exception.message".to_owned(), message.to_owned());
    texts.into_iter().find(|texts| texts.contains(&has_message))
}

async fn arrived(message: &str) -> Vec<(String, String)> {
    until(|| exception(message).is_some(), message).await;
    exception(message).unwrap()
}

fn value<'a>(texts: &'a [(String, String)], key: &str) -> &'a str {
    let found = texts.iter().find(|(name, _)| name == key);
    found.map_or("", |(_, value)| value)
}

#[wasm_bindgen_test]
async fn rejected_object_is_described_by_its_keys() {
    install();
    run("const reason = { code: 7, token: 'secret' };
        const promise = Promise.resolve();
        dispatchEvent(new PromiseRejectionEvent('unhandledrejection', { promise, reason }));
        loud()");
    let texts = arrived("[object Object] with keys code, token").await;
    assert_eq!(value(&texts, "exception.type"), "UnhandledRejection");
    assert!(!format!("{texts:?}").contains("secret"), "{texts:?}");
}

#[wasm_bindgen_test]
async fn causes_are_in_the_stack_trace() {
    install();
    run("const brew = () => new TypeError('too cold');
        const kettle = new Error('no kettle', { cause: { code: 7 } });
        const cause = new AggregateError([brew(), kettle, 'a text'], 'all failed');
        cause.cause = cause;
        const error = new Error('no tea today', { cause });
        dispatchEvent(new ErrorEvent('error', { error, message: 'no tea' }));
        loud()");
    let texts = arrived("no tea today").await;
    let stack = value(&texts, "exception.stacktrace");
    for expected in [
        "Caused by: AggregateError: all failed",
        "Caused by: TypeError: too cold",
        "brew",
        "Caused by: Error: no kettle",
        "Caused by: [object Object] with keys code",
        "Caused by: a text",
    ] {
        assert!(stack.contains(expected), "{expected} in {stack}");
    }
    assert!(!stack.contains("TypeError: too cold\nTypeError"), "{stack}");
}

#[wasm_bindgen_test]
async fn thrown_text_has_the_place_where_it_was_thrown() {
    install();
    run("const filename = location.origin + '/app.js?token=abc';
        dispatchEvent(new ErrorEvent('error', {
            error: 'out of sugar', message: 'Uncaught out of sugar', filename, lineno: 7, colno: 3 }));
        loud()");
    let texts = arrived("out of sugar").await;
    assert!(value(&texts, "code.file.path").ends_with("/app.js?token=REDACTED"));
    assert_eq!(value(&texts, "code.line.number"), "7");
    assert_eq!(value(&texts, "code.column.number"), "3");
}

#[wasm_bindgen_test]
async fn notice_about_resize_observers_is_no_error() {
    install();
    nothing_in_progress().await;
    run(
        "const notice = 'ResizeObserver loop completed with undelivered notifications.';
        dispatchEvent(new ErrorEvent('error', { message: notice }));
        dispatchEvent(new ErrorEvent('error', { message: 'after the notice' }));
        loud()",
    );
    arrived("after the notice").await;
    let all = format!("{:?}", spans());
    assert!(!all.contains("ResizeObserver loop"));
}

#[wasm_bindgen_test]
async fn error_of_a_timer_is_not_blamed_on_the_latest_click() {
    install();
    nothing_in_progress().await;
    // The timer was set before the click, and fires right after it.
    run("setTimeout(() => {
            setTimeout(loud, 50);
            throw new Error('of a timer');
        })");
    clickable("<button>Innocent</button>", |_| ()).click();
    let trace = trace_of("click Innocent").await;
    assert!(named(&trace, "click Innocent").events.is_empty());
    arrived("of a timer").await;
    let is_own = |span: &Span| span.name == "error" && !span.events.is_empty();
    assert!(spans().iter().any(is_own));
    assert!(
        named(&trace, "click Innocent")
            .status
            .as_ref()
            .is_none_or(|status| status.code == 0)
    );
}

#[wasm_bindgen_test]
async fn rejection_of_a_timer_is_not_blamed_on_the_latest_click() {
    install();
    nothing_in_progress().await;
    // The timer is due before the click, which keeps the page busy.
    run("setTimeout(loud, 100);
        setTimeout(() => Promise.reject(new Error('rejected by a timer')), 2);
        const until = performance.now() + 10;
        while (performance.now() < until);");
    clickable("<button>Also innocent</button>", |_| ()).click();
    let trace = trace_of("click Also innocent").await;
    arrived("rejected by a timer").await;
    assert!(named(&trace, "click Also innocent").events.is_empty());
}

#[wasm_bindgen_test]
async fn rejection_in_a_listener_belongs_to_its_click() {
    install();
    nothing_in_progress().await;
    let button = clickable("<button>Also guilty</button>", |_| ());
    let code = [
        QUIET,
        "button.addEventListener('click', async () => {
            setTimeout(loud, 100);
            await 0;
            await 0;
            throw new Error('rejected by a listener');
        });",
    ]
    .concat();
    let listen = Function::new_with_args("button", &code);
    listen.call1(&JsValue::NULL, &button).unwrap();
    button.click();
    let trace = trace_of("click Also guilty").await;
    assert_eq!(named(&trace, "click Also guilty").events.len(), 1);
}

#[wasm_bindgen_test]
async fn error_of_a_listener_belongs_to_its_click() {
    install();
    nothing_in_progress().await;
    let button = clickable("<button>Guilty</button>", |_| ());
    let code = [
        QUIET,
        "button.addEventListener('click', () => { setTimeout(loud, 50); throw new Error('of a listener') });",
    ]
    .concat();
    let listen = Function::new_with_args("button", &code);
    listen.call1(&JsValue::NULL, &button).unwrap();
    button.click();
    let trace = trace_of("click Guilty").await;
    assert_eq!(named(&trace, "click Guilty").events.len(), 1);
}
