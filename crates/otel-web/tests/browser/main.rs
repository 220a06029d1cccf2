//! What only a browser can show: events, frames, history, requests, the end of a page.

#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod actions;
mod effects;
mod errors;
mod export;
mod frustration;
mod ignored;
mod names;
mod page;
mod requests;
mod sessions;
mod settings;
mod sleep;
mod soak;
mod support;
mod testing;
mod timings;
mod vitals;
mod window_fetch;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
