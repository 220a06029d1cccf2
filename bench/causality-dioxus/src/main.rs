//! The page of [`causality_actions`] with Dioxus.

use causality_actions::{BUTTONS, act, load_after_like, load_page, mark, navigate, navigates};
use dioxus::prelude::*;
use otel_web::with_cause;
use otel_web_dioxus::action;
use wasm_bindgen::prelude::wasm_bindgen;

/// The page's script calls the functions below.
fn main() {}

/// Installs telemetry, then renders the page.
#[wasm_bindgen]
pub fn start(endpoint: String) {
    causality_actions::install(endpoint);
    dioxus::launch(App);
}

/// Returns the number of completed work items.
#[wasm_bindgen]
#[must_use]
pub fn done() -> u32 {
    causality_actions::done()
}

#[component]
fn App() -> Element {
    // Pages stay, because Dioxus cancels the loads of a component that is removed.
    let shown = use_signal(Vec::<u32>::new);
    rsx! {
        main {
            for number in shown() {
                Page { key: "{number}", number }
            }
        }
        for number in 0..BUTTONS {
            Like { key: "{number}", number, shown }
        }
    }
}

#[component]
fn Like(number: u32, mut shown: Signal<Vec<u32>>) -> Element {
    let mut liked = use_signal(|| false);
    let like = move |_| {
        action("crud.like", async move {
            mark("handler", number);
            act(number).await;
            if navigates(number) {
                navigate(number);
                shown.push(number);
            }
            liked.set(true);
        })
    };
    use_resource(move || {
        let is_liked = liked();
        with_cause(async move {
            if is_liked {
                load_after_like(number).await;
            }
        })
    });
    rsx! {
        button { onclick: like, "Like {number}" }
    }
}

#[component]
fn Page(number: u32) -> Element {
    use_resource(move || with_cause(load_page(number)));
    rsx! {
        h1 { "Page {number}" }
    }
}
