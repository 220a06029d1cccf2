//! The trace viewer: a Yew app that the gateway serves.
//!
//! - [`app`] composes the page from [`components`]; [`route`] is the state that the address holds.
//! - [`overview_state`] is the part of the address that describes overviews of many traces.
//! - [`live`] is the state of the trace list; [`hooks`] connect components to the gateway, the
//!   keyboard and the screen.
//! - [`standalone_page`] is the page of an exported trace, which needs no gateway; [`standalone`] reads it.
//! - [`outline`](mod@outline) writes a trace as text.
//! - [`tab`] lists the views of a trace.
//! - [`gateway`] is the client of the gateway's API and event stream.
//! - [`layout`] computes positions: axis, bars, rows. [`query`] edits the text of the search box,
//!   [`completion`] completes it.
//! - [`mod@format`] and [`date`] format numbers and times, [`text`] shortens and isolates texts of
//!   senders, [`shared`] makes comparing properties cheap, [`span_ref`] refers to spans in addresses.
//!
//! The crate `trace-model` builds the trees and computes the timings.

mod app;
mod base;
#[cfg(all(test, target_arch = "wasm32"))]
mod browser_tests;
mod completion;
mod components;
mod crash;
mod date;
mod format;
mod gateway;
mod hooks;
mod layout;
mod live;
mod outline;
mod overview_state;
mod query;
mod route;
mod shared;
mod span_ref;
mod standalone;
mod standalone_page;
mod tab;
mod text;

fn main() {
    crash::install();
    install_telemetry();
    match standalone::trace() {
        Some(trace) => {
            let trace = shared::Shared::new(trace);
            let props = standalone_page::StandalonePageProps { trace };
            yew::Renderer::<standalone_page::StandalonePage>::with_props(props).render();
        }
        None => {
            yew::Renderer::<app::Root>::new().render();
        }
    }
}

/// Traces the viewer itself if the page names a receiver:
/// `<meta name="otel-endpoint" content="https://…">`. Without one, its spans would fill the store
/// that it shows.
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
