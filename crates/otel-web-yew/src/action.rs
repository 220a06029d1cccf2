//! Callbacks that are user actions.

use yew::prelude::*;

use crate::outcome::{Outcome, recorded};

/// A callback that runs `handler` as the action `name`: one root span for each call, with everything
/// the handler's future does below it.
///
/// `handler` itself runs at once, inside the event, where `prevent_default` still works. The callback
/// stays the same from render to render, so it does not make children render again, and it always
/// calls the handler of the latest render.
///
/// # Example: a form
///
/// Any event will do. What the future returns may be an error, which is then recorded on the action.
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
    let latest = use_mut_ref(|| None::<Box<dyn Fn(E)>>);
    let run = move |event: E| {
        let action = otel_web::action(name).start();
        let work = action.enter(|| handler(event));
        action.run(recorded(work));
    };
    *latest.borrow_mut() = Some(Box::new(run));
    use_callback((), move |event: E, ()| {
        if let Some(run) = &*latest.borrow() {
            run(event);
        }
    })
}
