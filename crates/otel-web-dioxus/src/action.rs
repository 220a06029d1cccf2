//! The futures of event handlers.

use otel_web::{Outcome, recorded};

/// Makes the future of an event handler the user action `name`.
///
/// Each call is one action: a root span that starts at the time of the event, and ends when the future
/// and all futures it started are done and the result is painted. Spans, requests and loads that the
/// future causes are below it. If its output is an error (see [`Outcome`]), it is recorded on the action.
///
/// The output is returned, so Dioxus treats the future as it would without this function: it polls it
/// once inside the event, so `prevent_default` works, it cancels it with its component, and it shows an
/// error in the next `ErrorBoundary`.
///
/// Use it for what the user does. For data that a component loads when it is shown, use
/// [`traced`](crate::traced()).
///
/// # Examples
///
/// ## A form
///
/// ```no_run
/// use dioxus::prelude::*;
/// use otel_web::fetch::Request;
/// use otel_web_dioxus::action;
///
/// #[component]
/// fn SignOut() -> Element {
///     let submit = move |event: FormEvent| {
///         event.prevent_default();
///         action("session.end", sign_out())
///     };
///     rsx! { form { onsubmit: submit, button { "Sign out" } } }
/// }
///
/// async fn sign_out() -> Result<()> {
///     Request::delete("/api/session").send().await?;
///     Ok(())
/// }
/// ```
pub fn action<T: Outcome>(
    name: &'static str,
    future: impl Future<Output = T>,
) -> impl Future<Output = T> {
    let action = otel_web::action(name).start();
    otel_web::with_context(action.context(), recorded(future))
}
