//! The hooks in mounted components, and their traces.

#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::task::{Poll, Waker};
use std::time::Duration;

use gloo_timers::future::{TimeoutFuture, sleep};
use opentelemetry::global;
use opentelemetry::trace::Tracer;
use otel_web::testing::{Recorder, expect};
use otel_web_yew::{traced, use_action, use_load, use_route_template};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{EventInit, HtmlElement};
use yew::prelude::*;
use yew_hooks::{UseAsyncOptions, use_async, use_async_with_options};

wasm_bindgen_test_configure!(run_in_browser);

/// Adds a span to the trace.
fn work(name: &'static str) {
    global::tracer("app").in_span(name, |_| ());
}

/// Mounts a component, and returns the element that matches the selector.
async fn mounted<C: BaseComponent<Properties = ()>>(selector: &str) -> HtmlElement {
    let document = web_sys::window().unwrap().document().unwrap();
    let root = document.create_element("div").unwrap();
    document.body().unwrap().append_child(&root).unwrap();
    yew::Renderer::<C>::with_root(root.clone()).render();
    // Yew renders in a microtask.
    TimeoutFuture::new(0).await;
    let element = root.query_selector(selector).unwrap().unwrap();
    element.unchecked_into()
}

#[component]
fn Like() -> Html {
    let likes = use_state(|| 0);
    let onclick = use_action("crud.like", {
        let likes = likes.clone();
        move |_: MouseEvent| {
            let likes = likes.clone();
            async move {
                sleep(Duration::from_millis(5)).await;
                work(if *likes == 0 { "first" } else { "later" });
                likes.set(*likes + 1);
            }
        }
    });
    html! { <button {onclick}>{ "Like " }{ *likes }</button> }
}

#[wasm_bindgen_test]
async fn click_is_an_action_with_the_spans_of_its_future() {
    let recorder = Recorder::install();
    let button = mounted::<Like>("button").await;
    button.click();
    let expected = expect::action("crud.like")
        .attribute("app.action.trigger", "click")
        .attribute("app.action.outcome", "completed")
        .attribute("app.widget.name", "Like 0");
    let first = expected.child(expect::span("first")).only();
    recorder.trace("crud.like").await.assert(&first);
}

#[wasm_bindgen_test]
async fn callback_calls_the_handler_of_the_latest_render() {
    let button = mounted::<Like>("button").await;
    let recorder = Recorder::install();
    button.click();
    recorder.trace("crud.like").await;
    let recorder = Recorder::install();
    button.click();
    let later = expect::action("crud.like")
        .child(expect::span("later"))
        .only();
    recorder.trace("crud.like").await.assert(&later);
}

#[component]
fn Form() -> Html {
    let onsubmit = use_action("cart.order", |event: SubmitEvent| {
        // Runs inside the event, so it prevents the navigation.
        event.prevent_default();
        async { Err::<(), _>("no more tea") }
    });
    html! { <form {onsubmit}><button>{ "Order" }</button></form> }
}

#[wasm_bindgen_test]
async fn returned_error_is_recorded_on_the_action() {
    let recorder = Recorder::install();
    mounted::<Form>("button").await.click();
    let trace = recorder.trace("cart.order").await;
    let expected = expect::action("cart.order")
        .attribute("app.action.outcome", "error")
        .event("exception");
    trace.assert(&expected.fails().only());
    let error = trace.root().and_then(|root| root.error.clone());
    assert_eq!(error.as_deref(), Some("no more tea"));
}

#[component]
fn Search() -> Html {
    let oninput = use_action("search.type", |_: InputEvent| async { work("suggest") });
    html! { <input {oninput} /> }
}

#[wasm_bindgen_test]
async fn input_event_is_an_action() {
    let recorder = Recorder::install();
    let input = mounted::<Search>("input").await;
    let bubbles = EventInit::new();
    bubbles.set_bubbles(true);
    let event = web_sys::Event::new_with_event_init_dict("input", &bubbles).unwrap();
    input.dispatch_event(&event).unwrap();
    let expected = expect::action("search.type")
        .attribute("app.action.trigger", "input")
        .child(expect::span("suggest"));
    recorder.trace("search.type").await.assert(&expected.only());
}

#[component]
fn Details() -> Html {
    use_load((), |()| async {
        sleep(Duration::from_millis(5)).await;
        work("load details");
    });
    html! { <p>{ "Details" }</p> }
}

#[component]
fn Page() -> Html {
    let is_open = use_state(|| false);
    let onclick = use_action("details.open", {
        let is_open = is_open.clone();
        move |_: MouseEvent| {
            is_open.set(true);
            async {}
        }
    });
    let details = is_open.then(|| html! { <Details /> });
    html! { <><button {onclick}>{ "Open" }</button><div>{ details }</div></> }
}

#[wasm_bindgen_test]
async fn load_is_below_the_action_that_showed_the_component() {
    let recorder = Recorder::install();
    mounted::<Page>("button").await.click();
    let expected = expect::action("details.open").child(expect::span("load details"));
    recorder
        .trace("details.open")
        .await
        .assert(&expected.only());
}

#[component]
fn Profile() -> Html {
    use_route_template("/@:handle");
    use_load((), |()| async { work("load profile") });
    html! { <p>{ "Profile" }</p> }
}

#[component]
fn Site() -> Html {
    let is_profile = use_state(|| false);
    let onclick = use_action("profile.open", {
        let is_profile = is_profile.clone();
        move |_: MouseEvent| {
            let history = web_sys::window().unwrap().history().unwrap();
            let path = Some("/@andrew");
            history
                .push_state_with_url(&JsValue::NULL, "", path)
                .unwrap();
            is_profile.set(true);
            async {}
        }
    });
    let profile = is_profile.then(|| html! { <Profile /> });
    html! { <><button {onclick}>{ "Andrew" }</button><div>{ profile }</div></> }
}

#[wasm_bindgen_test]
async fn page_names_its_navigation_and_loads_its_data_below_it() {
    let recorder = Recorder::install();
    mounted::<Site>("button").await.click();
    let navigation = expect::span("navigate /@:handle")
        .attribute("url.path", "/@andrew")
        .child(expect::span("load profile"));
    let expected = expect::action("profile.open").child(navigation);
    recorder
        .trace("profile.open")
        .await
        .assert(&expected.only());
}

async fn load(name: &'static str) -> Result<&'static str, &'static str> {
    sleep(Duration::from_millis(5)).await;
    work(name);
    Ok(name)
}

/// The future of a hook of another crate, which runs when the component is shown.
#[component]
fn Prices() -> Html {
    let prices = traced(load("load prices"));
    let prices = use_async_with_options(prices, UseAsyncOptions::enable_auto());
    html! { <p>{ prices.data.unwrap_or_default() }</p> }
}

/// The future is given to the hook while rendering, and runs in the click.
#[component]
fn Refresh() -> Html {
    let account = use_async(traced(load("load account")));
    let prices = account.data.map(|_| html! { <Prices /> });
    let onclick = move |_| account.run();
    html! { <><button {onclick}>{ "Refresh" }</button><div>{ prices }</div></> }
}

#[wasm_bindgen_test]
async fn futures_of_other_hooks_are_below_the_click_that_caused_them() {
    let button = mounted::<Refresh>("button").await;
    let recorder = Recorder::install();
    button.click();
    let expected = expect::action("click Refresh")
        .child(expect::span("load account"))
        .child(expect::span("load prices"));
    let trace = recorder.trace("click Refresh").await;
    trace.assert(&expected.only());
}

#[component]
fn Pay() -> Html {
    let payment = use_async(traced(async { Err::<(), _>("card refused") }));
    let onclick = move |_| payment.run();
    html! { <button {onclick}>{ "Pay" }</button> }
}

#[wasm_bindgen_test]
async fn error_of_another_hook_is_recorded_on_the_click() {
    let button = mounted::<Pay>("button").await;
    let recorder = Recorder::install();
    button.click();
    let expected = expect::action("click Pay").event("exception").fails();
    recorder.trace("click Pay").await.assert(&expected.only());
}

thread_local! {
    static GATE_IS_OPEN: Cell<bool> = const { Cell::new(false) };
    static AT_THE_GATE: RefCell<Vec<Waker>> = const { RefCell::new(Vec::new()) };
    static SET_BUSY: RefCell<Option<UseStateSetter<bool>>> = const { RefCell::new(None) };
}

async fn gate() {
    poll_fn(|cx| {
        if GATE_IS_OPEN.get() {
            return Poll::Ready(());
        }
        AT_THE_GATE.with_borrow_mut(|wakers| wakers.push(cx.waker().clone()));
        Poll::Pending
    })
    .await;
}

#[derive(PartialEq, Properties)]
struct FolderProps {
    action: &'static str,
    content: &'static str,
}

/// A folder that opens only after the gate.
#[component]
fn Folder(FolderProps { action, content }: &FolderProps) -> Html {
    let (is_open, content) = (use_state(|| false), *content);
    let onclick = use_action(action, {
        let is_open = is_open.setter();
        move |_: MouseEvent| {
            let is_open = is_open.clone();
            async move {
                gate().await;
                is_open.set(true);
            }
        }
    });
    use_load(*is_open, move |is_open| async move {
        if is_open {
            work(content);
        }
    });
    html! { <button {onclick}>{ content }</button> }
}

/// An effect that opens the gate, and then takes longer than the 16 ms after which Yew yields to the browser.
#[component]
fn Folders() -> Html {
    let is_busy = use_state(|| false);
    SET_BUSY.set(Some(is_busy.setter()));
    use_effect_with(*is_busy, |is_busy| {
        if *is_busy {
            GATE_IS_OPEN.set(true);
            AT_THE_GATE.take().into_iter().for_each(Waker::wake);
            let end = js_sys::Date::now() + 20.0;
            while js_sys::Date::now() < end {}
        }
    });
    html! {
        <>
            <Folder action="folder.open_first" content="first content" />
            <Folder action="folder.open_second" content="second content" />
        </>
    }
}

#[wasm_bindgen_test]
async fn loads_are_below_their_actions_when_yew_renders_both_in_a_later_task() {
    let first = mounted::<Folders>("button").await;
    let recorder = Recorder::install();
    let second: HtmlElement = first.next_element_sibling().unwrap().unchecked_into();
    first.click();
    second.click();
    SET_BUSY.take().unwrap().set(true);
    for (action, content) in [
        ("folder.open_first", "first content"),
        ("folder.open_second", "second content"),
    ] {
        let expected = expect::action(action).child(expect::span(content)).only();
        recorder.trace(action).await.assert(&expected);
    }
}
