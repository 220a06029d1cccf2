//! The trace view in a real browser: components mounted with their styles and fed with traces.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod details;
mod header;
mod names;
mod requests;
mod size;
mod support;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
