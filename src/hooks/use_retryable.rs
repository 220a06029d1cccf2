//! Actions that can be repeated after an error.

use std::future::Future;

use otel_web_yew::use_action;
use yew::prelude::*;

use crate::api::ApiResult;
use crate::hooks::use_toasts;
use crate::state::retry::Retry;

/// Returns a click handler that runs `work` as the user action `action`. An error is shown in a toast with a button that
/// runs it again, as another action of this name.
#[hook]
pub(crate) fn use_retryable<F, Fut>(action: &'static str, work: F) -> Callback<MouseEvent>
where
    F: Fn() -> Fut + 'static,
    Fut: Future<Output = ApiResult<()>> + 'static,
{
    use_retry(&Retry::new(action, work))
}

/// Returns an event handler that runs the work as a user action.
#[hook]
pub(crate) fn use_retry<E: 'static>(work: &Retry) -> Callback<E> {
    let (work, toasts) = (work.clone(), use_toasts());
    use_action(work.action, move |_: E| {
        toasts.clone().attempt(work.clone())
    })
}
