//! Event handlers that run user actions.

use otel_web::{Outcome, recorded};

/// Returns an event handler that runs `handler` as the user action `name`.
///
/// Each call is one action: a root span that starts at the time of the event, and ends when the future
/// of `handler` and all futures it started are done and the result is painted. Spans, requests and
/// loads that the future causes are below it.
///
/// `handler` runs synchronously, inside the event, so `prevent_default` works; the future it returns
/// runs afterwards. If the future returns an error (see [`Outcome`]), it is recorded on the action.
///
/// Use it for what the user does. For data that a component loads when it is shown, use
/// [`traced`](crate::traced()).
///
/// # Examples
///
/// ## A form
///
/// ```no_run
/// use leptos::ev::SubmitEvent;
/// use leptos::prelude::*;
/// use otel_web::fetch::{Error, Request};
/// use otel_web_leptos::on_action;
///
/// #[component]
/// fn SignOut() -> impl IntoView {
///     let submit = on_action("session.end", |event: SubmitEvent| {
///         event.prevent_default();
///         sign_out()
///     });
///     view! { <form on:submit=submit><button>"Sign out"</button></form> }
/// }
///
/// async fn sign_out() -> Result<(), Error> {
///     Request::delete("/api/session").send().await?;
///     Ok(())
/// }
/// ```
pub fn on_action<E, F, W>(name: &'static str, handler: F) -> impl Fn(E) + Clone + 'static
where
    E: 'static,
    F: Fn(E) -> W + Clone + 'static,
    W: Future<Output: Outcome> + 'static,
{
    move |event| {
        let action = otel_web::action(name).start();
        let work = action.enter(|| handler(event));
        action.run(async {
            recorded(work).await;
        });
    }
}
