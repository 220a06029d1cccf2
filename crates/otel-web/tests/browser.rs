//! What only a browser can show: events, frames, history, requests, the end of a page.

#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::future::pending;

use gloo_timers::future::TimeoutFuture;
use opentelemetry::trace::{TraceContextExt, Tracer};
use opentelemetry::{Context, global};
use otel_web::fetch::Request;
use otel_web::{KeyValue, action};
use support::{answer_next, assert_one_tree, install, named, text, trace_of, until};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Event, HtmlElement};

wasm_bindgen_test_configure!(run_in_browser);

/// An element of the page that calls `handle` when it is clicked.
fn clickable(html: &str, handle: impl FnMut(Event) + 'static) -> HtmlElement {
    let document = web_sys::window().unwrap().document().unwrap();
    let holder = document.create_element("div").unwrap();
    holder.set_inner_html(html);
    document.body().unwrap().append_child(&holder).unwrap();
    let element: HtmlElement = holder.first_element_child().unwrap().unchecked_into();
    let closure = Closure::<dyn FnMut(Event)>::new(handle);
    element
        .add_event_listener_with_callback("click", closure.as_ref().unchecked_ref())
        .unwrap();
    closure.forget();
    element
}

fn dispatch(event: &str) {
    let event = Event::new(event).unwrap();
    web_sys::window().unwrap().dispatch_event(&event).unwrap();
}

#[wasm_bindgen_test]
async fn a_click_and_what_it_causes_are_one_trace() {
    install();
    let button = clickable("<button>Buy now</button>", |_| {
        otel_web::spawn(async {
            TimeoutFuture::new(5).await;
            Request::get("/api/cart?wait=10")
                .url_template("/api/cart")
                .send()
                .await
                .unwrap();
            global::tracer("shop").in_span("update cart", |_| ());
        });
    });
    button.click();
    let trace = trace_of("click Buy now").await;
    assert_one_tree(&trace, "click Buy now");
    let request = named(&trace, "GET /api/cart");
    assert_eq!(
        text(request, "http.response.status_code").as_deref(),
        Some("200")
    );
    assert!(trace.iter().any(|span| span.name == "update cart"));
    let root = named(&trace, "click Buy now");
    assert_eq!(
        text(root, "app.action.outcome").as_deref(),
        Some("completed")
    );
    assert_eq!(text(root, "app.action.trigger").as_deref(), Some("click"));
}

#[wasm_bindgen_test]
async fn an_explicit_action_names_the_automatic_one() {
    install();
    let button = clickable("<button>Name me</button>", |_| {
        action("cart.add")
            .attribute(KeyValue::new("item", 17))
            .start()
            .run(async {
                otel_web::spawn(async { action("nested").start().run(async {}) });
            });
    });
    button.click();
    let trace = trace_of("cart.add").await;
    assert_one_tree(&trace, "cart.add");
    assert_eq!(
        text(named(&trace, "cart.add"), "item").as_deref(),
        Some("17")
    );
    assert_eq!(
        text(named(&trace, "cart.add"), "app.widget.name").as_deref(),
        Some("Name me")
    );
    assert_eq!(trace.len(), 2, "{:?}", support::names(&trace));
}

#[wasm_bindgen_test]
async fn fifty_interleaved_actions_keep_their_spans_apart() {
    install();
    for number in 0..50_u32 {
        action(format!("many {number}")).start().run(async move {
            TimeoutFuture::new(number % 7).await;
            let url = format!("/api/many/{number}?wait={}", 50 - number);
            Request::get(&url)
                .url_template(format!("/{number}"))
                .send()
                .await
                .unwrap();
            otel_web::spawn(async move {
                TimeoutFuture::new(number % 3).await;
                global::tracer("app").in_span(format!("after {number}"), |_| ());
            });
        });
    }
    for number in 0..50 {
        let root = format!("many {number}");
        let trace = trace_of(&root).await;
        assert_one_tree(&trace, &root);
        let mut names = support::names(&trace);
        names.sort_unstable();
        assert_eq!(
            names,
            [format!("GET /{number}"), format!("after {number}"), root]
        );
    }
}

#[wasm_bindgen_test]
async fn an_action_ends_with_its_last_context_and_not_before() {
    install();
    let held = action("held").start();
    let context = held.context();
    held.run(async {});
    action("other").start().run(async {});
    trace_of("other").await;
    assert!(support::spans().iter().all(|span| span.name != "held"));
    drop(context);
    assert_one_tree(&trace_of("held").await, "held");
}

#[wasm_bindgen_test]
async fn requests_carry_the_trace_to_the_own_origin_only() {
    install();
    let requests = async {
        Request::get("/api/own").send().await.unwrap();
        Request::get("https://elsewhere.example/x?token=1")
            .send()
            .await
            .unwrap();
    };
    action("two origins").start().run(requests);
    let trace = trace_of("two origins").await;
    let is_own = |url: &str| url.ends_with("/api/own");
    let own = trace
        .iter()
        .find(|span| text(span, "url.full").is_some_and(|url| is_own(&url)))
        .unwrap();
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let expected = format!("00-{}-{}-03", hex(&own.trace_id), hex(&own.span_id));
    assert_eq!(support::traceparent_of("/api/own"), Some(expected));
    assert_eq!(
        support::traceparent_of("https://elsewhere.example/x?token=1"),
        None
    );
    let urls: Vec<_> = trace
        .iter()
        .filter_map(|span| text(span, "url.full"))
        .collect();
    assert!(
        urls.contains(&"https://elsewhere.example/x?token=REDACTED".to_owned()),
        "{urls:?}"
    );
}

#[wasm_bindgen_test]
async fn a_failed_request_is_an_error_of_its_span_only() {
    install();
    action("failing").start().run(async {
        Request::get("/api/broken?status=500")
            .url_template("/api/broken")
            .send()
            .await
            .unwrap();
    });
    let trace = trace_of("failing").await;
    let status = |name| {
        named(&trace, name)
            .status
            .as_ref()
            .map_or(0, |status| status.code)
    };
    assert_eq!((status("GET /api/broken"), status("failing")), (2, 0));
}

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
async fn a_navigation_belongs_to_the_click_that_caused_it() {
    install();
    let link = clickable("<a href='/users/7'>Seven</a>", |event| {
        event.prevent_default();
        push("/users/7");
        otel_web::set_route_template("/users/{id}");
        // What a framework does later, when it shows the new page.
        wasm_bindgen_futures::spawn_local(async {
            let cause = otel_web::cause();
            global::tracer("app")
                .span_builder("load user")
                .start_with_context(&global::tracer("app"), &cause);
        });
    });
    link.click();
    let trace = trace_of("click Seven").await;
    assert_one_tree(&trace, "click Seven");
    let navigation = named(&trace, "navigate /users/{id}");
    assert_eq!(text(navigation, "url.path").as_deref(), Some("/users/7"));
    assert_eq!(
        named(&trace, "load user").parent_span_id,
        navigation.span_id
    );
    history().back().unwrap();
    until(|| path() != "/users/7", "the browser to go back").await;
    let back = trace_of("navigate").await;
    assert_eq!(
        text(&back[0], "browser.navigation.type").as_deref(),
        Some("traverse")
    );
}

/// What a framework does with a changed state: render and run effects in a microtask.
fn render_soon(effect: &'static str) {
    wasm_bindgen_futures::spawn_local(async move {
        let cause = otel_web::cause();
        global::tracer("framework").start_with_context(effect, &cause);
    });
}

#[wasm_bindgen_test]
async fn effects_belong_to_the_action_that_changed_the_state() {
    install();
    TimeoutFuture::new(100).await;
    // Both are woken in the same go.
    for (root, effect) in [
        ("first writer", "first effect"),
        ("second writer", "second effect"),
    ] {
        action(root).start().run(async move {
            TimeoutFuture::new(30).await;
            render_soon(effect);
        });
    }
    for (root, effect) in [
        ("first writer", "first effect"),
        ("second writer", "second effect"),
    ] {
        let trace = trace_of(root).await;
        assert_one_tree(&trace, root);
        assert!(
            trace.iter().any(|span| span.name == effect),
            "{:?}",
            support::names(&trace)
        );
        assert_eq!(trace.len(), 2);
    }
}

#[wasm_bindgen_test]
async fn effects_of_a_plain_handler_belong_to_its_click() {
    install();
    TimeoutFuture::new(100).await;
    let button = clickable("<button>Again</button>", |_| {
        render_soon("effect of a click")
    });
    button.click();
    let trace = trace_of("click Again").await;
    assert_one_tree(&trace, "click Again");
    assert_eq!(trace.len(), 2, "{:?}", support::names(&trace));
}

fn history() -> web_sys::History {
    web_sys::window().unwrap().history().unwrap()
}

fn push(path: &str) {
    history()
        .push_state_with_url(&JsValue::NULL, "", Some(path))
        .unwrap();
}

fn path() -> String {
    web_sys::window().unwrap().location().pathname().unwrap()
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
}

#[wasm_bindgen_test]
async fn the_page_load_is_a_root_with_its_document() {
    install();
    let trace = trace_of("documentLoad").await;
    assert_one_tree(&trace, "documentLoad");
    assert!(trace.iter().any(|span| span.name == "documentFetch"));
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

#[wasm_bindgen_test]
fn spans_without_parent_outside_of_any_event_are_roots() {
    install();
    let span = global::tracer("app").start("lonely");
    let context = Context::new().with_span(span);
    assert!(context.span().is_recording());
    assert!(otel_web::current_trace_id().is_none());
}
