//! The trace viewer: a Yew app that the gateway serves.
//!
//! - [`app`] puts the page together from [`components`]; [`route`] is what its address says
//! - [`live`] is the list as a value; [`hooks`] connect it to the gateway, the keyboard and the screen
//! - [`gateway`] asks for lists and traces and follows the stream of changes
//! - [`layout`] says where things go: axis, bars, rows; [`query`] is the search box's language
//! - [`format`] and [`date`] turn numbers into text, [`text`] keeps senders' texts short and apart,
//!   [`shared`] makes comparing properties cheap
//!
//! Trees, lanes and timings come from the crate `trace-model`.

mod app;
mod base;
#[cfg(all(test, target_arch = "wasm32"))]
mod browser_tests;
mod components;
mod crash;
mod date;
mod format;
mod gateway;
mod hooks;
mod layout;
mod live;
mod query;
mod route;
mod shared;
mod text;

fn main() {
    crash::install();
    install_telemetry();
    yew::Renderer::<app::Root>::new().render();
}

/// The viewer's own spans, which would fill the store that it shows, go nowhere unless the page
/// names a receiver for them: `<meta name="otel-endpoint" content="https://…">`.
fn install_telemetry() {
    let document = web_sys::window().and_then(|window| window.document());
    let meta = document.and_then(|document| {
        let meta = document.query_selector("meta[name=otel-endpoint]");
        meta.ok().flatten()?.get_attribute("content")
    });
    if meta.is_some_and(|endpoint| !endpoint.trim().is_empty()) {
        otel_web::Telemetry::builder(trace_model::VIEWER_SERVICE).install();
    }
}
