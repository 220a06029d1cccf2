//! Cruddur's front end: short posts that expire, and one trace for each thing a user does about them.
//!
//! - [`app`] puts the page together; [`route`] knows its addresses, [`pages`] has one file for each
//! - [`components`] are what pages are made of, [`hooks`] what components do alike
//! - [`state`] holds reducers, [`api`] talks to the back end, [`format`] turns values into text
//! - [`telemetry`] is set up first; after that, actions only have names

mod api;
mod app;
mod components;
mod format;
mod hooks;
mod pages;
mod route;
mod state;
mod telemetry;

fn main() {
    telemetry::install();
    // The element has a picture of the empty page, to look at until this runs.
    let place =
        web_sys::window().and_then(|window| window.document()?.get_element_by_id("cruddur"));
    match place {
        Some(place) => yew::Renderer::<app::App>::with_root(place).render(),
        None => yew::Renderer::<app::App>::new().render(),
    };
}
