//! Panics, which Yew would otherwise keep to the console.

/// Records panics on the action that caused them. Call it before the first render: Yew sets its own
/// panic hook there, unless it was given one. The message still goes to the console.
///
/// # Example: set-up
///
/// ```no_run
/// # use yew::prelude::*;
/// # #[component]
/// # fn App() -> Html { html! {} }
/// fn main() {
///     otel_web_yew::keep_panics();
///     otel_web::Telemetry::builder("shop").endpoint("/otlp").install();
///     yew::Renderer::<App>::new().render();
/// }
/// ```
pub fn keep_panics() {
    yew::set_custom_panic_hook(Box::new(|info| {
        otel_web::record_panic(info);
        console_error_panic_hook::hook(info);
    }));
}
