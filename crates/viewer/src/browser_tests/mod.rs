//! Component tests in a real browser: they mount components with their styles, feed them traces,
//! and read the document.

#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

mod access;
mod comparison;
mod critical_path;
mod details;
pub(crate) mod fetch_stub;
mod figures;
mod header;
mod keys;
mod large_trace;
mod list;
mod logs;
mod names;
mod requests;
mod search;
mod support;
mod tools;
mod vendors;
mod waterfall;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
