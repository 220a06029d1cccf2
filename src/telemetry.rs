//! Sets telemetry up. Everything else under `src/` only names its actions.

/// Call first: the page's own load is the first trace.
///
/// Where spans go is configured by the `<meta name="otel-…">` tags of index.html.
pub(crate) fn install() {
    otel_web_yew::install_panic_hook();
    otel_web::Telemetry::builder("cruddur-frontend")
        .endpoint("/otlp")
        .install();
}

/// Returns where the trace of the running action can be seen. Only in development, and only when spans
/// go to a gateway behind this page's own origin: other receivers have no such address.
pub(crate) fn trace_address() -> Option<String> {
    meta("otel-endpoint").filter(|endpoint| cfg!(debug_assertions) && endpoint.starts_with('/'))?;
    let trace_id = otel_web::current_trace_id()?;
    Some(format!("{}/open/{trace_id}", viewer()?))
}

/// Returns the viewer's own address. The page's origin does not lead there: a page that proxies the viewer
/// opens all traces to whoever can reach the page. `cargo xtask dev` compiles an address in when the
/// viewer's port is not the one that index.html names.
fn viewer() -> Option<String> {
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
