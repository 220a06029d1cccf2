//! Fifty buttons, whose actions have timers, joined requests, nested spawns, an aborted request, an effect that loads
//! data, and some of them a navigation.
//!
//! The name of each span and the path of each request contain the number of their button. `cargo xtask causality` clicks
//! all buttons and compares the numbers with the traces. `bench/peers/causality` is the same page in JavaScript.

mod act;
mod view;

use std::cell::Cell;

use otel_web::Telemetry;
use wasm_bindgen::prelude::wasm_bindgen;

thread_local! {
    static DONE: Cell<u32> = const { Cell::new(0) };
}

/// The page's script calls the functions below.
fn main() {}

/// Installs telemetry, then renders the page.
#[wasm_bindgen]
pub fn start(endpoint: String) {
    Telemetry::builder("causality")
        .endpoint(endpoint)
        .install()
        .set_global();
    yew::Renderer::<view::App>::new().render();
}

/// Returns the number of completed work items: three of each action, and one more of those that navigate.
#[wasm_bindgen]
#[must_use]
pub fn done() -> u32 {
    DONE.get()
}

fn piece_done() {
    DONE.set(DONE.get() + 1);
}
