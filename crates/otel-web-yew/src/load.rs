//! Effects that load data.

use std::cell::Cell;
use std::pin::Pin;

use otel_web::{Outcome, recorded};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::scheduler;

/// Runs `load` after the first render and whenever `deps` change, in the context of the page load,
/// navigation or action that caused that render.
///
/// Requests of `load` are part of that trace, and the navigation or action does not end before they do.
/// If the future returns an error (see [`Outcome`]), it is recorded on the span.
///
/// It replaces `use_effect_with` and `spawn_local`, which would start a new trace for each request. For
/// work that an event starts, use [`use_action`](crate::use_action).
///
/// # Examples
///
/// ## The page of a user
///
/// ```no_run
/// use otel_web::fetch::{Error, Request};
/// use otel_web_yew::{use_load, use_route_template};
/// use yew::prelude::*;
///
/// #[derive(PartialEq, Properties)]
/// struct Props {
///     id: u32,
/// }
///
/// #[component]
/// fn User(props: &Props) -> Html {
///     use_route_template("/users/:id");
///     let name = use_state(String::new);
///     let found = name.setter();
///     // Runs again for each id, in the navigation that led to it.
///     use_load(props.id, |id| load(id, found));
///     html! { <h1>{ &*name }</h1> }
/// }
///
/// async fn load(id: u32, found: UseStateSetter<String>) -> Result<(), Error> {
///     let request = Request::get(&format!("/api/users/{id}/name"));
///     let response = request.url_template("/api/users/{id}/name").send().await?;
///     found.set(response.text().await?);
///     Ok(())
/// }
/// ```
#[hook]
pub fn use_load<D, F, W>(deps: D, load: F)
where
    D: PartialEq + Clone + 'static,
    F: FnOnce(D) -> W + 'static,
    W: Future<Output: Outcome> + 'static,
{
    scheduler::install();
    // Read while rendering: the effects of a long rendering run in a later task, when its cause is no
    // longer known.
    let cause = use_memo(deps.clone(), |_| Cell::new(Some(otel_web::cause())));
    use_effect_with(deps, move |deps| {
        // Moved out, because an action does not end while the component owns its context.
        let cause = cause.take().unwrap_or_else(otel_web::cause);
        let work = {
            let _attached = cause.clone().attach();
            load(deps.clone())
        };
        // One type for all futures, so that its poll and task are compiled once.
        let work: Pin<Box<dyn Future<Output = ()>>> = Box::pin(async {
            recorded(work).await;
        });
        spawn_local(otel_web::with_context(cause, work));
    });
}
