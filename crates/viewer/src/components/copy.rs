//! A button that copies a text and shows that it did.

use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::prelude::*;

use super::icon::{Icon, Picture};

const SHOW_DONE_MS: u32 = 1_200;

#[derive(Clone, Debug, PartialEq, Properties)]
pub(crate) struct CopyButtonProps {
    pub(crate) text: AttrValue,
    /// What the button does, for its tooltip and for assistive technology.
    pub(crate) label: AttrValue,
}

#[component]
pub(crate) fn CopyButton(props: &CopyButtonProps) -> Html {
    let done = use_state_eq(|| false);
    let timer = use_mut_ref(|| None::<Timeout>);
    let onclick = {
        let (done, text) = (done.clone(), props.text.clone());
        Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            let (done, timer, text) = (done.clone(), timer.clone(), text.clone());
            spawn_local(async move {
                if copy(&text).await {
                    done.set(true);
                    let again = Timeout::new(SHOW_DONE_MS, move || done.set(false));
                    timer.replace(Some(again));
                }
            });
        })
    };
    let picture = if *done { Picture::Check } else { Picture::Copy };
    html! {
        <button class={classes!("copy", done.then_some("done"))} title={&props.label} aria-label={&props.label} {onclick}>
            <Icon {picture} />
        </button>
    }
}

/// False where the browser does not allow it: then the text can still be selected.
async fn copy(text: &str) -> bool {
    let Some(window) = web_sys::window() else {
        return false;
    };
    // Undefined on pages that are neither local nor encrypted.
    if !window.is_secure_context() {
        return false;
    }
    let promise = window.navigator().clipboard().write_text(text);
    JsFuture::from(promise).await.is_ok()
}
