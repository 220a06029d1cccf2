//! Panics, which Yew would otherwise keep to the console.

/// Records panics on the action that caused them. Call it before the first render: Yew sets its own
/// panic hook there, unless it was given one. The message still goes to the console.
pub fn keep_panics() {
    yew::set_custom_panic_hook(Box::new(|info| {
        otel_web::record_panic(info);
        console_error_panic_hook::hook(info);
    }));
}
