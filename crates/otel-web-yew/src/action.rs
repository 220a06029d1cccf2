//! Callbacks that run user actions.

use otel_web::{Outcome, recorded};
use yew::prelude::*;

use crate::scheduler;

/// Returns a callback that runs `handler` as the user action `name`.
///
/// Each call is one action: a root span that starts at the time of the event, and ends when the future
/// of `handler` and all futures it started are done and the result is painted. Spans, requests and
/// loads that the future causes are below it.
///
/// `handler` runs synchronously, inside the event, so `prevent_default` works; the future it returns
/// runs afterwards. If the future returns an error (see [`Outcome`]), it is recorded on
/// the action.
///
/// The callback is stable: it is the same value in every render, so it does not make children render
/// again, and it always calls the handler of the latest render.
///
/// Use it for what the user does. For data that a component loads when it is shown, use
/// [`use_load`](crate::use_load).
///
/// # Examples
///
/// ## A form
///
/// The callback accepts any event type.
///
/// ```no_run
/// use otel_web::fetch::{Error, Request};
/// use otel_web_yew::use_action;
/// use yew::prelude::*;
///
/// #[component]
/// fn SignOut() -> Html {
///     let onsubmit = use_action("session.end", |event: SubmitEvent| {
///         event.prevent_default();
///         sign_out()
///     });
///     html! { <form {onsubmit}><button>{ "Sign out" }</button></form> }
/// }
///
/// async fn sign_out() -> Result<(), Error> {
///     Request::delete("/api/session").send().await?;
///     Ok(())
/// }
/// ```
#[hook]
pub fn use_action<E, F, W>(name: &'static str, handler: F) -> Callback<E>
where
    E: 'static,
    F: Fn(E) -> W + 'static,
    W: Future<Output: Outcome> + 'static,
{
    scheduler::install();
    let latest = use_mut_ref(|| None::<Box<dyn Fn(E)>>);
    let run = move |event: E| {
        let action = otel_web::action(name).start();
        let work = action.enter(|| handler(event));
        action.run(async {
            recorded(work).await;
        });
    };
    *latest.borrow_mut() = Some(Box::new(run));
    use_callback((), move |event: E, ()| {
        if let Some(run) = &*latest.borrow() {
            run(event);
        }
    })
}
