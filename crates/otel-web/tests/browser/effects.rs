//! Attribution of work that a framework does later: effects and the rendering of pages.

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use js_sys::{Function, Promise};
use opentelemetry::global;
use opentelemetry::trace::Tracer;
use opentelemetry_proto::tonic::trace::v1::Span;
use otel_web::action;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support;
use crate::support::{
    assert_one_tree, clickable, install, microtasks, named, nothing_in_progress, text, trace_of,
    until,
};

#[wasm_bindgen_test]
async fn navigation_is_a_child_of_the_click_that_caused_it() {
    install();
    let link = clickable("<a href='/users/7'>Seven</a>", |event| {
        event.prevent_default();
        push("/users/7");
        otel_web::set_route_template("/users/{id}");
        // As a framework does when it renders the new page.
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
    let is_back =
        |span: &Span| text(span, "browser.navigation.type").as_deref() == Some("traverse");
    until(
        || support::spans().iter().any(is_back),
        "the trace of going back",
    )
    .await;
}

#[wasm_bindgen_test]
async fn overtaken_navigation_keeps_its_own_name() {
    install();
    push("/overtaken/1");
    push("/overtaken/1/more");
    let is_painted = |span: &Span| text(span, "url.path").as_deref() == Some("/overtaken/1/more");
    until(|| support::spans().iter().any(is_painted), "both pages").await;
    let overtake = Closure::once_into_js(|| {
        push("/overtaking/2");
        otel_web::set_route_template("/overtaken/:id");
        otel_web::set_route_template("/overtaking/:id");
    });
    let options = web_sys::AddEventListenerOptions::new();
    options.set_once(true);
    web_sys::window()
        .unwrap()
        .add_event_listener_with_callback_and_add_event_listener_options(
            "popstate",
            overtake.unchecked_ref(),
            &options,
        )
        .unwrap();
    history().back().unwrap();
    for (name, kind) in [
        ("navigate /overtaken/:id", "traverse"),
        ("navigate /overtaking/:id", "push"),
    ] {
        let trace = trace_of(name).await;
        let navigation = named(&trace, name);
        let actual = text(navigation, "browser.navigation.type");
        assert_eq!(actual.as_deref(), Some(kind));
    }
    history().go_with_delta(-2).unwrap();
    until(|| !path().starts_with("/over"), "the browser to go back").await;
}

#[wasm_bindgen_test]
async fn other_action_waits_until_the_navigation_is_painted() {
    install();
    nothing_in_progress().await;
    let has_run = Rc::new(Cell::new(false));
    let ran_early = Rc::new(Cell::new(None));
    let link = clickable("<a href='/large'>Large</a>", {
        let (has_run, ran_early) = (has_run.clone(), ran_early.clone());
        move |event| {
            event.prevent_default();
            let (has_run, ran_early) = (has_run.clone(), ran_early.clone());
            // As a framework that renders over several microtasks.
            wasm_bindgen_futures::spawn_local(async move {
                microtasks(10).await;
                ran_early.set(Some(has_run.get()));
            });
            push("/large");
        }
    });
    let overlapping = action("overlapping").start();
    link.click();
    overlapping.run({
        let has_run = has_run.clone();
        async move { has_run.set(true) }
    });
    trace_of("overlapping").await;
    assert_eq!((ran_early.get(), has_run.get()), (Some(false), true));
    history().back().unwrap();
    until(|| path() != "/large", "the browser to go back").await;
}

/// Runs an effect in a microtask, as a framework does after a change of state.
fn render_soon(effect: &'static str) {
    wasm_bindgen_futures::spawn_local(async move {
        let cause = otel_web::cause();
        global::tracer("framework").start_with_context(effect, &cause);
    });
}

#[wasm_bindgen_test]
async fn effects_belong_to_the_action_that_changed_the_state() {
    install();
    nothing_in_progress().await;
    let (gate, open_gate) = gate();
    let waiting = Rc::new(Cell::new(0));
    for (root, effect) in [
        ("first writer", "first effect"),
        ("second writer", "second effect"),
    ] {
        let (gate, waiting) = (gate.clone(), waiting.clone());
        action(root).start().run(async move {
            waiting.set(waiting.get() + 1);
            JsFuture::from(gate).await.unwrap();
            render_soon(effect);
        });
    }
    until(|| waiting.get() == 2, "both actions to wait").await;
    // Both become ready in the same microtask checkpoint.
    open_gate.call0(&JsValue::UNDEFINED).unwrap();
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

/// Returns a promise, and the function that resolves it.
fn gate() -> (Promise, Function) {
    let mut open = None;
    let gate = Promise::new(&mut |resolve, _| open = Some(resolve));
    (gate, open.unwrap())
}

#[wasm_bindgen_test]
async fn effects_of_a_plain_handler_belong_to_its_click() {
    install();
    nothing_in_progress().await;
    let button = clickable("<button>Again</button>", |_| {
        render_soon("effect of a click")
    });
    button.click();
    let trace = trace_of("click Again").await;
    assert_one_tree(&trace, "click Again");
    assert_eq!(trace.len(), 2, "{:?}", support::names(&trace));
}

#[wasm_bindgen_test]
async fn effects_of_effects_belong_to_their_click() {
    install();
    nothing_in_progress().await;
    let action = action("nested writer").start();
    let show = || {
        // The rendering of a component, whose own effect runs in a microtask of its own.
        wasm_bindgen_futures::spawn_local(async { render_soon("effect of an effect") });
    };
    action.run(async move { show() });
    let trace = trace_of("nested writer").await;
    assert_one_tree(&trace, "nested writer");
    assert_eq!(trace.len(), 2, "{:?}", support::names(&trace));
}

#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// An executor that polls woken futures in a loop would never end, and the effects would never run.
#[wasm_bindgen_test]
async fn blocked_future_is_woken_only_after_the_effects() {
    install();
    nothing_in_progress().await;
    let blocked = action("blocked").start();
    let mut future = pin!(otel_web::with_context(blocked.context(), async { 7 }));
    drop(blocked);
    action("blocking").start().enter(|| ());
    let wakes = Arc::new(Wakes::default());
    let waker = Waker::from(wakes.clone());
    let mut context = Context::from_waker(&waker);
    assert_eq!(future.as_mut().poll(&mut context), Poll::Pending);
    assert_eq!(future.as_mut().poll(&mut context), Poll::Pending);
    assert_eq!(wakes.0.load(Ordering::Relaxed), 0);
    until(
        || wakes.0.load(Ordering::Relaxed) == 1,
        "the future to be woken once",
    )
    .await;
    assert_eq!(future.as_mut().poll(&mut context), Poll::Ready(7));
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
