//! Shows the toasts in a corner of the page. They disappear after a while, errors later than other toasts,
//! and not while the pointer or the focus is on them.

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use crate::components::icon::Icon;
use crate::hooks::{focus_heading, use_retry};
use crate::state::retry::Retry;
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
        retry,
    } = &props.toast;
    let timeout_ms = if *is_error {
        ERROR_TIMEOUT_MS
    } else {
        SUCCESS_TIMEOUT_MS
    };
    // Two states: the pointer may leave while the focus is inside.
    let (is_hovered, is_focused) = (use_state_eq(|| false), use_state_eq(|| false));
    let in_use = *is_hovered || *is_focused;
    let dismiss = use_dismiss(*id, (!in_use).then_some(timeout_ms));
    html! {
        <div class={classes!("toast", is_error.then_some("failed"))} role={is_error.then_some("alert")}
            onmouseenter={set(&is_hovered, true)} onmouseleave={set(&is_hovered, false)}
            onfocusin={set(&is_focused, true)} onfocusout={set(&is_focused, false)}>
            <span>{ text }</span>
            if let Some(work) = retry {
                <RetryButton work={work.clone()} dismiss={&dismiss} />
            }
            if let Some(trace_url) = trace_url {
                // Ignored by telemetry: a trace of this click would be listed above the trace that it opens.
                <a href={trace_url.clone()} target="_blank" rel="noopener" data-otel-ignore="">{ "open this trace" }</a>
            }
            <button type="button" class="round" aria-label="Dismiss" onclick={dismiss}>{ Icon::Close.draw() }</button>
        </div>
    }
}

fn set<E: 'static>(state: &UseStateHandle<bool>, value: bool) -> Callback<E> {
    let state = state.setter();
    Callback::from(move |_| state.set(value))
}

#[derive(Properties, PartialEq)]
struct RetryButtonProps {
    work: Retry,
    dismiss: Callback<MouseEvent>,
}

/// Dismisses the toast and runs the failed action again.
#[component]
fn RetryButton(props: &RetryButtonProps) -> Html {
    let (retry, dismiss) = (use_retry(&props.work), props.dismiss.clone());
    let onclick = Callback::from(move |event: MouseEvent| {
        retry.emit(event.clone());
        dismiss.emit(event);
    });
    html! { <button type="button" class="pill quiet" {onclick}>{ "Retry" }</button> }
}

/// Dismisses the toast after `timeout_ms`, or when the returned callback is called. Without a timeout, the toast stays.
#[hook]
fn use_dismiss(id: u32, timeout_ms: Option<u32>) -> Callback<MouseEvent> {
    let toasts = use_dispatch::<ToastQueue>();
    {
        let toasts = toasts.clone();
        use_effect_with((id, timeout_ms), move |&(id, timeout_ms)| {
            let dismiss = move || toasts.dispatch(ToastAction::Dismiss(id));
            let timeout = timeout_ms.map(|timeout_ms| Timeout::new(timeout_ms, dismiss));
            move || drop(timeout)
        });
    }
    Callback::from(move |_| {
        toasts.dispatch(ToastAction::Dismiss(id));
        // The focused button is gone.
        focus_heading();
    })
}
