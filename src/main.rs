//! Cruddur's front end: a feed of short posts that expire. Each user action is recorded as one trace.
//!
//! - [`app`] composes the page, [`route`] defines its URLs, [`return_to`] the page after a sign-in, [`pages`] has one file for each
//! - [`components`] are the building blocks of pages, [`hooks`] what components share
//! - [`state`] holds the reducers, [`api`] calls the back end, [`mod@format`] turns values into text
//! - [`telemetry`] sets up tracing; the other modules only name their actions

mod api;
mod app;
mod components;
mod format;
mod hooks;
mod pages;
mod return_to;
mod route;
mod state;
mod telemetry;

fn main() {
    telemetry::install();
    hooks::observe_history();
    // index.html shows the empty page in this element until the app renders into it.
    let root = web_sys::window().and_then(|window| window.document()?.get_element_by_id("cruddur"));
    match root {
        Some(root) => yew::Renderer::<app::App>::with_root(root).render(),
        None => yew::Renderer::<app::App>::new().render(),
    };
}
