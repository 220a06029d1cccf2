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
#[cfg(all(test, target_arch = "wasm32"))]
mod browser_tests;
mod components;
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
    otel_web_yew::keep_panics();
    // The gateway that serves this page also takes its spans.
    otel_web::Telemetry::builder("trace-viewer")
        .endpoint("")
        .install();
    yew::Renderer::<app::Root>::new().render();
}
