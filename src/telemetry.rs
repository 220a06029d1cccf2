//! Telemetry setup. The rest of `src/` only names its actions.

/// Starts telemetry. Call this first in `main`: the page load is the first trace.
///
/// The `<meta name="otel-…">` tags of index.html configure where spans are sent.
pub(crate) fn install() {
    otel_web_yew::install_panic_hook();
    otel_web::Telemetry::builder("cruddur-frontend")
        .endpoint("/otlp")
        .install();
}

/// Returns the viewer's URL for the trace of the current action.
///
/// Returns `None` in release builds, and when spans are sent to another origin: other receivers have no such URL.
pub(crate) fn trace_url() -> Option<String> {
    meta("otel-endpoint").filter(|endpoint| cfg!(debug_assertions) && endpoint.starts_with('/'))?;
    let trace_id = otel_web::current_trace_id()?;
    Some(format!("{}/open/{trace_id}", viewer_url()?))
}

/// Returns the URL of the viewer, which has an origin of its own: proxying the viewer through the page's origin
/// would show all traces to anyone who can open the page.
///
/// `cargo xtask dev` sets `CRUDDUR_VIEWER_URL` at compile time if the port differs from the one in index.html.
fn viewer_url() -> Option<String> {
    match option_env!("CRUDDUR_VIEWER_URL") {
        Some(url) => Some(url.to_owned()),
        None => meta("trace-viewer"),
    }
}

fn meta(name: &str) -> Option<String> {
    let document = web_sys::window()?.document()?;
    let meta = document.query_selector(&format!("meta[name={name}]"));
    meta.ok()??.get_attribute("content")
}
