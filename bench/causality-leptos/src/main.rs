//! The page of [`causality_actions`] with Leptos.

use causality_actions::{BUTTONS, act, load_after_like, load_page, mark, navigate, navigates};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use otel_web::with_cause;
use otel_web_leptos::on_action;
use wasm_bindgen::prelude::wasm_bindgen;

/// The page's script calls the functions below.
fn main() {}

/// Installs telemetry, then renders the page.
#[wasm_bindgen]
pub fn start(endpoint: String) {
    causality_actions::install(endpoint);
    otel_web_leptos::trace_tasks();
    leptos::mount::mount_to_body(App);
}

/// Returns the number of completed work items.
#[wasm_bindgen]
#[must_use]
pub fn done() -> u32 {
    causality_actions::done()
}

#[component]
fn App() -> impl IntoView {
    // Pages stay, because Leptos drops the resources of a component that is removed.
    let shown = RwSignal::new(Vec::<u32>::new());
    view! {
        <main>
            <For each=move || shown.get() key=|number| *number let:number>
                <Page number />
            </For>
        </main>
        {(0..BUTTONS).map(|number| view! { <Like number shown /> }).collect_view()}
    }
}

#[component]
fn Like(number: u32, shown: RwSignal<Vec<u32>>) -> impl IntoView {
    let liked = RwSignal::new(false);
    let like = on_action("crud.like", move |_: MouseEvent| {
        mark("handler", number);
        async move {
            act(number).await;
            if navigates(number) {
                navigate(number);
                shown.update(|shown| shown.push(number));
            }
            liked.set(true);
        }
    });
    let loaded = LocalResource::new(move || {
        let is_liked = liked.get();
        with_cause(async move {
            if is_liked {
                load_after_like(number).await;
            }
        })
    });
    view! { <button on:click=like>"Like " {number} {move || loaded.get()}</button> }
}

#[component]
fn Page(number: u32) -> impl IntoView {
    let loaded = LocalResource::new(move || with_cause(load_page(number)));
    view! { <h1>"Page " {number} {move || loaded.get()}</h1> }
}
