//! The page of [`causality_actions`] with Yew.

mod view;

use wasm_bindgen::prelude::wasm_bindgen;

/// The page's script calls the functions below.
fn main() {}

/// Installs telemetry, then renders the page.
#[wasm_bindgen]
pub fn start(endpoint: String) {
    causality_actions::install(endpoint);
    yew::Renderer::<view::App>::new().render();
}

/// Returns the number of completed work items.
#[wasm_bindgen]
#[must_use]
pub fn done() -> u32 {
    causality_actions::done()
}
