//! Clicks, actions, and the spans below them.

use gloo_timers::future::TimeoutFuture;
use opentelemetry::trace::{TraceContextExt, Tracer};
use opentelemetry::{Context, global};
use otel_web::fetch::Request;
use otel_web::{KeyValue, action};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support;
use crate::support::{assert_one_tree, clickable, install, named, text, trace_of};

#[wasm_bindgen_test]
async fn click_and_its_effects_are_one_trace() {
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
async fn explicit_action_renames_the_automatic_one() {
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
async fn spans_of_fifty_interleaved_actions_are_in_their_traces() {
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
async fn action_ends_when_its_last_context_is_dropped() {
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
fn span_without_parent_outside_of_an_event_is_a_root() {
    install();
    let span = global::tracer("app").start("lonely");
    let context = Context::new().with_span(span);
    assert!(context.span().is_recording());
    assert!(otel_web::current_trace_id().is_none());
}
