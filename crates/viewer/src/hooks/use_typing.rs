//! Text inputs that change the address after a pause in typing.

use gloo_timers::callback::Timeout;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::Url;
use crate::route::View;

/// How long typing must pause before the address changes.
const TYPING_PAUSE_MS: u32 = 200;

/// Returns a callback for the input event. `edit` puts the text into the view that is shown after
/// the pause.
#[hook]
pub(crate) fn use_typing(
    url: &Url,
    text: &UseStateHandle<String>,
    edit: fn(&View, String) -> View,
) -> Callback<InputEvent> {
    let pause = use_mut_ref(|| None::<Timeout>);
    let latest = use_mut_ref(|| url.clone());
    latest.replace(url.clone());
    let text = text.clone();
    Callback::from(move |event: InputEvent| {
        let typed = event.target_unchecked_into::<HtmlInputElement>().value();
        text.set(typed.clone());
        let latest = latest.clone();
        let apply = move || {
            let url = latest.borrow().clone();
            url.replace(&edit(&url.view, typed));
        };
        pause.replace(Some(Timeout::new(TYPING_PAUSE_MS, apply)));
    })
}
