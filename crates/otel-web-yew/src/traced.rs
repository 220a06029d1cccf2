//! Futures that the hooks of other crates run.

use otel_web::{Outcome, recorded};

use crate::scheduler;

/// Makes a future part of the action, navigation or page load that causes its first poll, and records its
/// error.
///
/// Use it for a hook of another crate that takes a future while the component renders and runs it later, such
/// as `use_async` of [yew-hooks](https://docs.rs/yew-hooks). Its requests are then part of the click that ran
/// it, after any number of awaits, and the click does not end before it. An error (see [`Outcome`]) is recorded
/// on the span that is current then.
///
/// [`otel_web::with_cause`] is different: it reads the cause when it is called, which here is the cause of the
/// rendering. For work of your own, [`use_action`](crate::use_action) and [`use_load`](crate::use_load) need no
/// other crate.
///
/// # Examples
///
/// ## A button that runs a future
///
/// ```no_run
/// use otel_web::fetch::Request;
/// use otel_web_yew::traced;
/// use yew::prelude::*;
/// # struct Handle;
/// # impl Handle {
/// #     fn run(&self) {}
/// # }
/// # #[hook]
/// # fn use_async<F: Future<Output = Result<String, String>>>(future: F) -> Handle {
/// #     drop(future);
/// #     Handle
/// # }
///
/// #[component]
/// fn Refresh() -> Html {
///     // The hook of yew-hooks.
///     let prices = use_async(traced(load()));
///     let onclick = move |_| prices.run();
///     html! { <button {onclick}>{ "Refresh" }</button> }
/// }
///
/// async fn load() -> Result<String, String> {
///     let response = Request::get("/api/prices").send().await.map_err(|error| error.to_string())?;
///     response.text().await.map_err(|error| error.to_string())
/// }
/// ```
pub async fn traced<T: Outcome>(future: impl Future<Output = T>) -> T {
    scheduler::install();
    otel_web::with_cause(recorded(future)).await
}
