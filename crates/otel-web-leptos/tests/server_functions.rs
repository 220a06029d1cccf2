//! The requests of server functions, and their traces.

#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use leptos::form::ActionForm;
use leptos::mount::mount_to;
use leptos::prelude::*;
use otel_web::testing::{Recorder, expect};
use otel_web_leptos::{trace_tasks, traced};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::HtmlElement;

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(module = "/tests/server_functions.js")]
extern "C" {
    fn respond();
    #[wasm_bindgen(js_name = lastTraceparent)]
    fn last_traceparent() -> Option<String>;
}

#[server(endpoint = "order")]
async fn order(cups: u32) -> Result<u32, ServerFnError> {
    Ok(cups)
}

/// A form, a button and a resource, as in the book of Leptos.
#[component]
fn Shop() -> impl IntoView {
    let form = ServerAction::<Order>::new();
    let button = ServerAction::<Order>::new();
    let is_open = RwSignal::new(false);
    view! {
        <ActionForm action=form>
            <input type="hidden" name="cups" value="3" />
            <button>"Submit"</button>
        </ActionForm>
        <button on:click=move |_| {
            button.dispatch(Order { cups: 3 });
        }>"Dispatch"</button>
        <button on:click=move |_| is_open.set(true)>"Open"</button>
        {move || is_open.get().then(|| view! { <Stock /> })}
    }
}

#[component]
fn Stock() -> impl IntoView {
    let stock = Resource::new(|| (), |()| traced(order(3)));
    view! { <Suspense>{move || stock.get().and_then(Result::ok)}</Suspense> }
}

#[wasm_bindgen_test]
async fn request_of_a_server_function_is_in_the_trace_of_its_click() {
    respond();
    let recorder = Recorder::install();
    trace_tasks();
    let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    document().body().unwrap().append_child(&root).unwrap();
    mount_to(root.clone(), Shop).forget();
    let buttons = root.query_selector_all("button").unwrap();
    for (index, name) in ["click Submit", "click Dispatch", "click Open"]
        .iter()
        .enumerate()
    {
        let button = buttons.get(index as u32).unwrap();
        button.unchecked_into::<HtmlElement>().click();
        let trace = recorder.trace(name).await;
        trace.assert(&expect::action(*name).child(expect::client("POST")).only());
        let request = trace
            .spans()
            .iter()
            .find(|span| span.name == "POST")
            .unwrap();
        let expected = format!("00-{}-{}-03", request.trace_id, request.span_id);
        assert_eq!(last_traceparent(), Some(expected));
    }
}
