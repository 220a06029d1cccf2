//! The panic hook.

/// Installs a panic hook that records panics on the action that caused them, and writes the message to
/// the console.
///
/// Yew sets a panic hook of its own at the first render, unless the application has set one through
/// Yew. So call this before the first render; the hook that
/// [`install`](otel_web::Builder::install) sets would be replaced.
///
/// # Examples
///
/// ## The setup of a page
///
/// ```no_run
/// # use yew::prelude::*;
/// # #[component]
/// # fn App() -> Html { html! {} }
/// fn run() {
///     otel_web_yew::install_panic_hook();
///     otel_web::Telemetry::builder("shop").endpoint("/otlp").install();
///     yew::Renderer::<App>::new().render();
/// }
/// ```
pub fn install_panic_hook() {
    yew::set_custom_panic_hook(Box::new(|info| {
        otel_web::record_panic(info);
        console_error_panic_hook::hook(info);
    }));
}
