//! Shows the toasts in a corner of the page. They disappear after a while, errors later than other toasts.

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use crate::components::icon::Icon;
use crate::state::toasts::{Toast, ToastAction, ToastQueue};
use crate::state::{use_dispatch, use_store};

const SUCCESS_TIMEOUT_MS: u32 = 6_000;
const ERROR_TIMEOUT_MS: u32 = 12_000;

#[component]
pub(crate) fn ToastRegion() -> Html {
    let queue = use_store::<ToastQueue>();
    html! {
        <div class="toasts" role="status" aria-live="polite">
            { for queue.visible.iter().map(|toast| html! { <Item key={toast.id} toast={toast.clone()} /> }) }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct ItemProps {
    toast: Toast,
}

#[component]
fn Item(props: &ItemProps) -> Html {
    let Toast {
        id,
        text,
        is_error,
        trace_url,
    } = &props.toast;
    let timeout_ms = if *is_error {
        ERROR_TIMEOUT_MS
    } else {
        SUCCESS_TIMEOUT_MS
    };
    let dismiss = use_dismiss(*id, timeout_ms);
    html! {
        <div class={classes!("toast", is_error.then_some("failed"))} role={is_error.then_some("alert")}>
            <span>{ text }</span>
            if let Some(trace_url) = trace_url {
                // Ignored by telemetry: a trace of this click would be listed above the trace that it opens.
                <a href={trace_url.clone()} target="_blank" rel="noopener" data-otel-ignore="">{ "open this trace" }</a>
            }
            <button type="button" class="round" aria-label="Dismiss" onclick={dismiss}>{ Icon::Close.draw() }</button>
        </div>
    }
}

/// Dismisses the toast after `timeout_ms`, or when the returned callback is called.
#[hook]
fn use_dismiss(id: u32, timeout_ms: u32) -> Callback<MouseEvent> {
    let toasts = use_dispatch::<ToastQueue>();
    {
        let toasts = toasts.clone();
        use_effect_with(id, move |&id| {
            let timeout = Timeout::new(timeout_ms, move || {
                toasts.dispatch(ToastAction::Dismiss(id))
            });
            move || drop(timeout)
        });
    }
    Callback::from(move |_| toasts.dispatch(ToastAction::Dismiss(id)))
}
