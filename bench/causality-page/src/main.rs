//! Fifty buttons, whose actions do what makes causality hard: timers, joined requests, nested spawns, an aborted
//! request, a rendering with an effect that loads data, and for some of them a navigation.
//!
//! Each span says by the number in its name to which button it belongs, and each request by its path. `cargo xtask
//! causality` clicks them all and looks whether trace and number agree. `bench/peers/causality` is the same page in
//! JavaScript.

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

/// Telemetry first, then the page.
#[wasm_bindgen]
pub fn start(endpoint: String) {
    Telemetry::builder("causality").endpoint(endpoint).install();
    yew::Renderer::<view::App>::new().render();
}

/// How many pieces of work have ended: three of each action, one more of those that navigate.
#[wasm_bindgen]
#[must_use]
pub fn done() -> u32 {
    DONE.get()
}

fn piece_done() {
    DONE.set(DONE.get() + 1);
}
