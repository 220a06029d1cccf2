//! Fifty actions with timers, joined requests, nested spawns and an aborted request. Some of them navigate.
//!
//! The pages `causality-page`, `causality-leptos` and `causality-dioxus` add what depends on the framework: a button
//! for each action, an effect that loads data, and the pages to which the navigations lead.
//!
//! The name of each span and the path of each request contain the number of their button. `cargo xtask causality` clicks
//! all buttons and compares the numbers with the traces. `bench/peers/causality` is the same page in JavaScript.

mod act;

use std::cell::Cell;

use otel_web::Telemetry;
use wasm_bindgen::JsValue;

pub use act::{act, load_after_like, load_page, mark};

/// The number of buttons, each with an action.
pub const BUTTONS: u32 = 50;

thread_local! {
    static DONE: Cell<u32> = const { Cell::new(0) };
}

/// Installs telemetry.
pub fn install(endpoint: String) {
    Telemetry::builder("causality")
        .endpoint(endpoint)
        .install()
        .set_global();
}

/// Returns the number of completed work items: three of each action, and one more of those that navigate.
#[must_use]
pub fn done() -> u32 {
    DONE.get()
}

fn piece_done() {
    DONE.set(DONE.get() + 1);
}

/// Three of the fifty buttons navigate.
#[must_use]
pub fn navigates(number: u32) -> bool {
    number % 15 == 10
}

/// Changes the address to that of a page.
pub fn navigate(number: u32) {
    let history = web_sys::window().and_then(|window| window.history().ok());
    let path = format!("?page={number}");
    // A failed navigation is detected by its missing spans.
    drop(history.map(|history| history.push_state_with_url(&JsValue::NULL, "", Some(&path))));
}
