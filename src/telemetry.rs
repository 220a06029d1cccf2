//! Sets telemetry up. Everything else under `src/` only names its actions.

/// Call first: the page's own load is the first trace.
///
/// Where spans go is configured by the `<meta name="otel-…">` tags of index.html.
pub(crate) fn install() {
    otel_web_yew::keep_panics();
    otel_web::Telemetry::builder("cruddur-frontend")
        .endpoint("/otlp")
        .install();
}

/// Where the trace of the running action can be seen. Only in development, and only when spans
/// go to this page's own gateway: other back ends have no such address.
pub(crate) fn trace_address() -> Option<String> {
    let endpoint = own_gateway().filter(|_| cfg!(debug_assertions))?;
    Some(format!("{endpoint}/open/{}", otel_web::current_trace_id()?))
}

fn own_gateway() -> Option<String> {
    let document = web_sys::window()?.document()?;
    let meta = document.query_selector("meta[name=otel-endpoint]").ok()??;
    meta.get_attribute("content")
        .filter(|endpoint| endpoint.starts_with('/'))
}
