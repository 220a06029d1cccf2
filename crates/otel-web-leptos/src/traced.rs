//! Futures of resources and tasks.

use otel_web::{Outcome, recorded};

/// Makes a future part of the action, navigation or page load that caused the running code, and records
/// its error.
///
/// Use it for what a resource loads, and for futures in effects. Leptos creates them while it renders or
/// after a signal has changed, and polls them later; the requests of the future are then part of the
/// click that caused the rendering, which does not end before the future does.
///
/// For a future whose output is not a [`Result`], use [`otel_web::with_cause`].
///
/// On a server it only runs the future.
///
/// # Examples
///
/// ## A resource
///
/// ```no_run
/// use leptos::prelude::*;
/// use otel_web::fetch::{Error, Request};
/// use otel_web_leptos::traced;
///
/// #[component]
/// fn User(id: Signal<u32>) -> impl IntoView {
///     // Runs again for each id, in the action that has set it.
///     let name = LocalResource::new(move || traced(load(id.get())));
///     let text = |name: &Result<String, Error>| name.as_deref().unwrap_or_default().to_owned();
///     view! { <h1>{move || name.map(text)}</h1> }
/// }
///
/// async fn load(id: u32) -> Result<String, Error> {
///     let request = Request::get(&format!("/api/users/{id}/name"));
///     request.url_template("/api/users/{id}/name").send().await?.text().await
/// }
/// ```
pub fn traced<T: Outcome>(future: impl Future<Output = T>) -> impl Future<Output = T> {
    otel_web::with_cause(async {
        if cfg!(target_arch = "wasm32") {
            recorded(future).await
        } else {
            future.await
        }
    })
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    /// A resource of Leptos must be `Send`, because a server may load it on any thread.
    #[test]
    fn future_works_on_a_server() {
        fn is_send<T: Send>(future: T) -> T {
            future
        }
        let mut future = pin!(is_send(traced(async { Err::<(), _>("no more tea") })));
        let polled = future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!(polled, Poll::Ready(Err("no more tea")));
    }
}
