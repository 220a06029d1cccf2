//! Futures of resources and tasks.

use otel_web::{Outcome, recorded};

/// Makes a future part of the action, navigation or page load that caused the running code, and records
/// its error.
///
/// Use it for what a resource loads, and for futures in effects and tasks. Dioxus creates them while it
/// renders, and polls them later; the requests of the future are then part of the click that caused the
/// rendering, which does not end before the future does.
///
/// For a future whose output is not a [`Result`], use [`otel_web::with_cause`].
///
/// # Examples
///
/// ## A resource
///
/// ```no_run
/// use dioxus::prelude::*;
/// use otel_web::fetch::Request;
/// use otel_web_dioxus::traced;
///
/// #[component]
/// fn User(id: ReadSignal<u32>) -> Element {
///     // Runs again for each id, in the action that has set it.
///     let name = use_resource(move || traced(load(id())));
///     let text = name().and_then(Result::ok).unwrap_or_default();
///     rsx! { h1 { "{text}" } }
/// }
///
/// async fn load(id: u32) -> Result<String> {
///     let request = Request::get(&format!("/api/users/{id}/name"));
///     let response = request.url_template("/api/users/{id}/name").send().await?;
///     Ok(response.text().await?)
/// }
/// ```
pub fn traced<T: Outcome>(future: impl Future<Output = T>) -> impl Future<Output = T> {
    otel_web::with_cause(recorded(future))
}
