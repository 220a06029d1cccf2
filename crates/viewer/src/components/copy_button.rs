//! A button that copies a text to the clipboard.

use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::prelude::*;

use super::icon::{Icon, IconKind};

/// How long the button shows that it has copied.
const CONFIRMATION_MS: u32 = 1_200;

#[derive(Clone, Debug, PartialEq, Properties)]
pub(crate) struct CopyButtonProps {
    #[prop_or_default]
    pub(crate) text: AttrValue,
    /// Creates the text on a click, for long texts. Replaces `text`.
    #[prop_or_default]
    pub(crate) make_text: Option<Callback<(), String>>,
    /// The tooltip and the accessible name.
    pub(crate) label: AttrValue,
}

#[component]
pub(crate) fn CopyButton(props: &CopyButtonProps) -> Html {
    let done = use_state_eq(|| false);
    let timer = use_mut_ref(|| None::<Timeout>);
    let onclick = {
        let (done, text, make_text) = (done.clone(), props.text.clone(), props.make_text.clone());
        Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            let (done, timer) = (done.clone(), timer.clone());
            let made = make_text.as_ref().map(|make_text| make_text.emit(()));
            let text = made.map_or_else(|| text.clone(), AttrValue::from);
            spawn_local(async move {
                if copy(&text).await {
                    done.set(true);
                    let reset = Timeout::new(CONFIRMATION_MS, move || done.set(false));
                    timer.replace(Some(reset));
                }
            });
        })
    };
    let kind = if *done {
        IconKind::Check
    } else {
        IconKind::Copy
    };
    html! {
        <button class={classes!("copy", done.then_some("done"))} title={&props.label} aria-label={&props.label} {onclick}>
            <Icon {kind} />
        </button>
    }
}

/// Returns false if the browser does not allow it. The text can still be selected.
async fn copy(text: &str) -> bool {
    let Some(window) = web_sys::window() else {
        return false;
    };
    // The clipboard is undefined on pages that are neither local nor encrypted.
    if !window.is_secure_context() {
        return false;
    }
    let promise = window.navigator().clipboard().write_text(text);
    JsFuture::from(promise).await.is_ok()
}
