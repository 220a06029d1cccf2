//! The answers in the corner. They go by themselves; failures stay longer.

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use crate::components::icon::Icon;
use crate::state::toasts::{Toast, ToastAction, Toasts as State};
use crate::state::{use_dispatch, use_store};

const DONE_MS: u32 = 6_000;
const FAILED_MS: u32 = 12_000;

#[component]
pub(crate) fn Toasts() -> Html {
    let toasts = use_store::<State>();
    html! {
        <div class="toasts" role="status" aria-live="polite">
            { for toasts.shown.iter().map(|toast| html! { <Item key={toast.id} toast={toast.clone()} /> }) }
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
        failed,
        trace,
    } = &props.toast;
    let dismiss = use_dismiss(*id, if *failed { FAILED_MS } else { DONE_MS });
    html! {
        <div class={classes!("toast", failed.then_some("failed"))} role={failed.then_some("alert")}>
            <span>{ text }</span>
            if let Some(trace) = trace {
                // Ignored: a trace of this click would be listed above the one it opens.
                <a href={trace.clone()} target="_blank" rel="noopener" data-otel-ignore="">{ "open this trace" }</a>
            }
            <button type="button" class="round" aria-label="Dismiss" onclick={dismiss}>{ Icon::Close.draw() }</button>
        </div>
    }
}

/// Dismisses the toast after a while; the callback does it at once.
#[hook]
fn use_dismiss(id: u32, after_ms: u32) -> Callback<MouseEvent> {
    let toasts = use_dispatch::<State>();
    {
        let toasts = toasts.clone();
        use_effect_with(id, move |&id| {
            let timeout = Timeout::new(after_ms, move || toasts.dispatch(ToastAction::Dismiss(id)));
            move || drop(timeout)
        });
    }
    Callback::from(move |_| toasts.dispatch(ToastAction::Dismiss(id)))
}
