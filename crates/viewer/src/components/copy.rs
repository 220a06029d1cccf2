//! A button that copies a text and shows that it did.

use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::prelude::*;

use super::icon::{Icon, Picture};

const SHOW_DONE_MS: u32 = 1_200;

#[derive(Clone, Debug, PartialEq, Properties)]
pub(crate) struct CopyButtonProps {
    #[prop_or_default]
    pub(crate) text: AttrValue,
    /// Makes the text when it is asked for, instead of `text`: for texts that are long.
    #[prop_or_default]
    pub(crate) make: Option<Callback<(), String>>,
    /// What the button does, for its tooltip and for assistive technology.
    pub(crate) label: AttrValue,
}

#[component]
pub(crate) fn CopyButton(props: &CopyButtonProps) -> Html {
    let done = use_state_eq(|| false);
    let timer = use_mut_ref(|| None::<Timeout>);
    let onclick = {
        let (done, text, make) = (done.clone(), props.text.clone(), props.make.clone());
        Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            let (done, timer) = (done.clone(), timer.clone());
            let made = make.as_ref().map(|make| AttrValue::from(make.emit(())));
            let text = made.unwrap_or_else(|| text.clone());
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
