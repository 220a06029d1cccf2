//! Tests that need a browser: events, frames, history, requests, and leaving the page.

#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a panic fails the test")]

mod actions;
mod effects;
mod error_details;
mod errors;
mod export;
mod frustration;
mod ignored;
mod keys_and_roles;
mod names;
mod navigations;
mod page;
mod requests;
mod root_observer;
mod sessions;
mod settings;
mod sleep;
mod soak;
mod support;
mod testing;
mod timings;
mod tracing;
mod vitals;
mod web_components;
mod window_fetch;
mod xhr;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
