//! The hooks in mounted components, and their traces.

#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::Duration;

use gloo_timers::future::{TimeoutFuture, sleep};
use leptos::ev::{Event, MouseEvent, SubmitEvent};
use leptos::mount::mount_to;
use leptos::prelude::*;
use leptos_router::components::{A, Route, Router, Routes};
use leptos_router::path;
use opentelemetry::global;
use opentelemetry::trace::Tracer;
use otel_web::testing::{Recorder, expect};
use otel_web_leptos::{on_action, trace_tasks, traced, use_route_template};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::HtmlElement;

wasm_bindgen_test_configure!(run_in_browser);

/// Adds a span to the trace.
fn work(name: &'static str) {
    global::tracer("app").in_span(name, |_| ());
}

/// Records traces from now on. Its setup is that of an application.
fn recorder() -> Recorder {
    let recorder = Recorder::install();
    trace_tasks();
    recorder
}

/// Mounts a component, and returns the element that matches the selector.
fn mounted<V: IntoView + 'static>(component: fn() -> V, selector: &str) -> HtmlElement {
    let body = document().body().unwrap();
    let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    body.append_child(&root).unwrap();
    mount_to(root.clone(), component).forget();
    let element = root.query_selector(selector).unwrap().unwrap();
    element.unchecked_into()
}

/// A failed load, as an error of this crate's user would be.
type Failure = &'static str;

#[component]
fn Like() -> impl IntoView {
    let likes = RwSignal::new(0);
    let like = on_action("crud.like", move |_: MouseEvent| async move {
        sleep(Duration::from_millis(5)).await;
        work("count");
        likes.update(|likes| *likes += 1);
    });
    view! { <button on:click=like>"Like " {likes}</button> }
}

#[wasm_bindgen_test]
async fn click_is_an_action_with_the_spans_of_its_future() {
    let recorder = recorder();
    mounted(Like, "button").click();
    let expected = expect::action("crud.like")
        .attribute("app.action.trigger", "click")
        .attribute("app.action.outcome", "completed")
        .attribute("app.widget.name", "Like 0");
    let count = expected.child(expect::span("count")).only();
    recorder.trace("crud.like").await.assert(&count);
}

#[component]
fn Form() -> impl IntoView {
    let order = on_action("cart.order", |event: SubmitEvent| {
        // Runs inside the event, so it prevents the navigation.
        event.prevent_default();
        async { Err::<(), _>("no more tea") }
    });
    view! { <form on:submit=order><button>"Order"</button></form> }
}

#[wasm_bindgen_test]
async fn returned_error_is_recorded_on_the_action() {
    let recorder = recorder();
    mounted(Form, "button").click();
    let trace = recorder.trace("cart.order").await;
    let expected = expect::action("cart.order")
        .attribute("app.action.outcome", "error")
        .event("exception");
    trace.assert(&expected.fails().only());
    let error = trace.root().and_then(|root| root.error.clone());
    assert_eq!(error.as_deref(), Some("no more tea"));
}

#[component]
fn Search() -> impl IntoView {
    let suggest = on_action("search.type", |_: Event| async { work("suggest") });
    view! { <input on:input=suggest /> }
}

#[wasm_bindgen_test]
async fn input_event_is_an_action() {
    let recorder = recorder();
    let input = mounted(Search, "input");
    let event = web_sys::Event::new("input").unwrap();
    input.dispatch_event(&event).unwrap();
    let expected = expect::action("search.type")
        .attribute("app.action.trigger", "input")
        .child(expect::span("suggest"));
    recorder.trace("search.type").await.assert(&expected.only());
}

/// A plain handler, whose tasks are part of its click.
#[component]
fn Plain() -> impl IntoView {
    let save = Action::new_local(|_: &()| async {
        TimeoutFuture::new(1).await;
        work("save");
    });
    let on_click = move |_| {
        save.dispatch_local(());
        leptos::task::spawn_local(async { work("spawned") });
    };
    view! { <button on:click=on_click>"Save"</button> }
}

#[wasm_bindgen_test]
async fn tasks_of_a_plain_handler_are_below_its_click() {
    let recorder = recorder();
    mounted(Plain, "button").click();
    let expected = expect::action("click Save")
        .child(expect::span("save"))
        .child(expect::span("spawned"));
    recorder.trace("click Save").await.assert(&expected.only());
}

#[component]
fn Details() -> impl IntoView {
    let details = LocalResource::new(|| {
        traced(async {
            sleep(Duration::from_millis(5)).await;
            work("load details");
            Ok::<_, Failure>("fine")
        })
    });
    // Its items exist only after the data has arrived.
    view! { <p>{move || details.get().map(|_| view! { <Item /> })}</p> }
}

#[component]
fn Item() -> impl IntoView {
    let item = LocalResource::new(|| {
        traced(async {
            TimeoutFuture::new(1).await;
            work("load item");
            Err::<(), Failure>("no such item")
        })
    });
    view! { <b>{move || item.get().map(|_| "shown")}</b> }
}

#[component]
fn Page() -> impl IntoView {
    let is_open = RwSignal::new(false);
    view! {
        <button on:click=move |_| is_open.set(true)>"Open"</button>
        {move || is_open.get().then(|| view! { <Details /> })}
    }
}

#[wasm_bindgen_test]
async fn loads_are_below_the_action_that_showed_their_component() {
    let recorder = recorder();
    mounted(Page, "button").click();
    let expected = expect::action("click Open")
        .child(expect::span("load details"))
        .child(expect::span("load item"));
    let trace = recorder.trace("click Open").await;
    trace.assert(&expected.fails().only());
    let error = trace.root().and_then(|root| root.error.clone());
    assert_eq!(error.as_deref(), Some("no such item"));
}

#[component]
fn Counter() -> impl IntoView {
    let count = RwSignal::new(0);
    let doubled = LocalResource::new(move || {
        let count = count.get();
        traced(async move {
            work(if count == 0 { "load none" } else { "load some" });
            Ok::<_, Failure>(count * 2)
        })
    });
    view! {
        <button aria-label="Count" on:click=move |_| count.update(|count| *count += 1)>
            {move || doubled.get().and_then(Result::ok)}
        </button>
    }
}

#[wasm_bindgen_test]
async fn reload_is_below_the_action_that_changed_the_source() {
    let recorder = recorder();
    mounted(Counter, "button").click();
    let expected = expect::action("click Count").child(expect::span("load some"));
    recorder.trace("click Count").await.assert(&expected.only());
}

#[component]
fn Site() -> impl IntoView {
    view! {
        <Router>
            <nav><A href="/users/7">"Seven"</A> <A href="/users/8">"Eight"</A></nav>
            <Routes fallback=|| "Home">
                <Route path=path!("/users/:id") view=Profile />
            </Routes>
        </Router>
    }
}

#[component]
fn Profile() -> impl IntoView {
    use_route_template("/users/:id");
    let id = leptos_router::hooks::use_params_map();
    let profile = LocalResource::new(move || {
        id.track();
        traced(async {
            work("load profile");
            Ok::<_, Failure>(())
        })
    });
    view! { <p>"Profile " {move || profile.get().map(|_| "shown")}</p> }
}

#[wasm_bindgen_test]
async fn page_names_its_navigation_below_the_click_on_the_link() {
    let recorder = recorder();
    let path = window().location().pathname().unwrap();
    let first = mounted(Site, "a");
    let second: HtmlElement = first.next_element_sibling().unwrap().unchecked_into();
    let navigation = || expect::span("navigate /users/:id");
    let load = || expect::span("load profile");
    first.click();
    let expected = expect::action("click Seven").child(navigation().child(load()));
    recorder.trace("click Seven").await.assert(&expected.only());
    // The component stays mounted. Its data is loaded before the address changes.
    second.click();
    let expected = expect::action("click Eight")
        .child(navigation())
        .child(load());
    recorder.trace("click Eight").await.assert(&expected.only());
    let history = window().history().unwrap();
    let back = history.replace_state_with_url(&JsValue::NULL, "", Some(&path));
    back.unwrap();
}
