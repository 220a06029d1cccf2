//! The hooks in mounted components, and their traces.

#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::Duration;

use dioxus::CapturedError;
use dioxus::prelude::*;
use dioxus::web::Config;
use dioxus::web::launch::launch_cfg;
use gloo_timers::future::{TimeoutFuture, sleep};
use opentelemetry::global;
use opentelemetry::trace::Tracer;
use otel_web::testing::{Recorder, expect};
use otel_web_dioxus::{action, traced};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::HtmlElement;

wasm_bindgen_test_configure!(run_in_browser);

/// Adds a span to the trace.
fn work(name: &'static str) {
    global::tracer("app").in_span(name, |_| ());
}

const MAX_TASKS_TO_RENDER: usize = 100;

/// Mounts a component, and returns the element that matches the selector.
async fn mounted(component: fn() -> Element, selector: &str) -> HtmlElement {
    let document = web_sys::window().unwrap().document().unwrap();
    let root = document.create_element("div").unwrap();
    document.body().unwrap().append_child(&root).unwrap();
    launch_cfg(component, Config::new().rootelement(root.clone()));
    for _ in 0..MAX_TASKS_TO_RENDER {
        // Dioxus renders in a microtask.
        TimeoutFuture::new(0).await;
        if let Some(element) = root.query_selector(selector).unwrap() {
            return element.unchecked_into();
        }
    }
    panic!("no {selector} was rendered");
}

fn like() -> Element {
    let mut likes = use_signal(|| 0);
    let like = move |_| {
        action("crud.like", async move {
            sleep(Duration::from_millis(5)).await;
            work("count");
            likes += 1;
        })
    };
    rsx! {
        button { onclick: like, "Like {likes}" }
    }
}

#[wasm_bindgen_test]
async fn click_is_an_action_with_the_spans_of_its_future() {
    let recorder = Recorder::install();
    mounted(like, "button").await.click();
    let expected = expect::action("crud.like")
        .attribute("app.action.trigger", "click")
        .attribute("app.action.outcome", "completed")
        .attribute("app.widget.name", "Like 0");
    let count = expected.child(expect::span("count")).only();
    recorder.trace("crud.like").await.assert(&count);
}

fn form() -> Element {
    let order = move |event: FormEvent| {
        // Runs inside the event, so it prevents the navigation.
        event.prevent_default();
        action("cart.order", async {
            TimeoutFuture::new(1).await;
            Err::<(), _>(CapturedError::from_display("no more tea"))
        })
    };
    rsx! {
        ErrorBoundary { handle_error: |_| rsx! { p { "Sorry." } },
            form { onsubmit: order, button { "Order" } }
        }
    }
}

#[wasm_bindgen_test]
async fn returned_error_is_recorded_on_the_action() {
    let recorder = Recorder::install();
    mounted(form, "button").await.click();
    let trace = recorder.trace("cart.order").await;
    let expected = expect::action("cart.order")
        .attribute("app.action.outcome", "error")
        .event("exception");
    trace.assert(&expected.fails().only());
    let error = trace.root().and_then(|root| root.error.clone());
    assert_eq!(error.as_deref(), Some("no more tea"));
}

#[component]
fn Details() -> Element {
    let details = use_resource(|| {
        traced(async {
            sleep(Duration::from_millis(5)).await;
            work("load details");
            Ok::<_, &str>(())
        })
    });
    // Its items exist only after the data has arrived.
    rsx! {
        if details().is_some() {
            Item {}
        }
    }
}

#[component]
fn Item() -> Element {
    let item = use_resource(|| {
        traced(async {
            TimeoutFuture::new(1).await;
            work("load item");
            Err::<(), _>("no such item")
        })
    });
    rsx! {
        b { if item().is_some() { "shown" } }
    }
}

fn page() -> Element {
    let mut is_open = use_signal(|| false);
    rsx! {
        button { onclick: move |_| is_open.set(true), "Open" }
        if is_open() {
            Details {}
        }
    }
}

#[wasm_bindgen_test]
async fn loads_are_below_the_action_that_showed_their_component() {
    let recorder = Recorder::install();
    mounted(page, "button").await.click();
    let expected = expect::action("click Open")
        .child(expect::span("load details"))
        .child(expect::span("load item"));
    let trace = recorder.trace("click Open").await;
    trace.assert(&expected.fails().only());
    let error = trace.root().and_then(|root| root.error.clone());
    assert_eq!(error.as_deref(), Some("no such item"));
}

fn counter() -> Element {
    let mut count = use_signal(|| 0);
    use_resource(move || {
        let count = count();
        traced(async move {
            work(if count == 0 { "load none" } else { "load some" });
            Ok::<_, &str>(())
        })
    });
    rsx! {
        button { onclick: move |_| count += 1, "Count" }
    }
}

#[wasm_bindgen_test]
async fn reload_is_below_the_action_that_changed_the_source() {
    let recorder = Recorder::install();
    mounted(counter, "button").await.click();
    let expected = expect::action("click Count").child(expect::span("load some"));
    recorder.trace("click Count").await.assert(&expected.only());
}

#[derive(Clone, Debug, PartialEq, Routable)]
enum Page {
    #[layout(Frame)]
    #[route("/users/:id")]
    Profile { id: u32 },
    #[route("/:..rest")]
    Home { rest: Vec<String> },
}

#[component]
fn Frame() -> Element {
    rsx! {
        Link { to: Page::Profile { id: 7 }, "Seven" }
        Link { to: Page::Profile { id: 8 }, "Eight" }
        Outlet::<Page> {}
    }
}

#[component]
fn Home(rest: Vec<String>) -> Element {
    rsx! {
        p { "Home" }
    }
}

#[component]
fn Profile(id: ReadSignal<u32>) -> Element {
    otel_web::set_route_template("/users/:id");
    use_resource(move || {
        id();
        traced(async {
            work("load profile");
            Ok::<_, &str>(())
        })
    });
    rsx! {
        p { "Profile {id}" }
    }
}

fn site() -> Element {
    rsx! {
        Router::<Page> {}
    }
}

#[wasm_bindgen_test]
async fn page_names_its_navigation_below_the_click_on_the_link() {
    let recorder = Recorder::install();
    let window = web_sys::window().unwrap();
    let path = window.location().pathname().unwrap();
    let first = mounted(site, "a").await;
    let second: HtmlElement = first.next_element_sibling().unwrap().unchecked_into();
    // The component stays mounted for the second user.
    for (link, click) in [(first, "click Seven"), (second, "click Eight")] {
        link.click();
        let navigation = expect::span("navigate /users/:id").child(expect::span("load profile"));
        let expected = expect::action(click).child(navigation);
        recorder.trace(click).await.assert(&expected.only());
    }
    let history = window.history().unwrap();
    let back = history.replace_state_with_url(&JsValue::NULL, "", Some(&path));
    back.unwrap();
}
