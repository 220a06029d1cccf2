//! Telemetry setup. The rest of `src/` only names its actions.

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};

/// Starts telemetry. Call this first in `main`: the page load is the first trace.
///
/// The `<meta name="otel-…">` tags of index.html configure where spans are sent.
pub(crate) fn install() {
    otel_web_yew::install_panic_hook();
    let telemetry = otel_web::Telemetry::builder("cruddur-frontend").endpoint("/otlp");
    #[cfg(feature = "viewer-links")]
    let telemetry = telemetry.on_root_end(crate::hooks::note_trace);
    telemetry.install();
}

/// Returns a context for work that the user did not cause: its requests are no traces, neither here nor in the back end.
pub(crate) fn untraced() -> Context {
    let random = || (js_sys::Math::random() * f64::from(u32::MAX)) as u64 + 1;
    let (trace_id, span_id) = (u128::from(random()), random());
    let parent = SpanContext::new(
        TraceId::from(trace_id),
        SpanId::from(span_id),
        TraceFlags::NOT_SAMPLED,
        true,
        TraceState::NONE,
    );
    Context::new().with_remote_span_context(parent)
}

/// Returns the viewer's URL for the trace of the current action.
pub(crate) fn trace_url() -> Option<String> {
    url_of(&otel_web::current_trace_id()?)
}

/// Returns the viewer's URL for a trace.
///
/// Returns `None` without the feature `viewer-links`, and when spans are sent to another origin: other receivers have no
/// such URL.
pub(crate) fn url_of(trace_id: &str) -> Option<String> {
    if !cfg!(feature = "viewer-links") {
        return None;
    }
    meta("otel-endpoint").filter(|endpoint| endpoint.starts_with('/'))?;
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
