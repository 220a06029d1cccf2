//! The search box. It changes the query in the address after a pause in typing.

use web_sys::HtmlElement;
use yew::prelude::*;

use super::icon::{Icon, IconKind};
use crate::{
    hooks::{Typing, Url, use_completion, use_typing},
    route::View,
};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct SearchBoxProps {
    pub(crate) url: Url,
    pub(crate) problem: Option<String>,
}

#[component]
pub(crate) fn SearchBox(props: &SearchBoxProps) -> Html {
    let Typing {
        text,
        oninput,
        onblur,
    } = use_typing(&props.url, |view| &view.query, View::with_query);
    let is_focused = use_state_eq(|| false);
    let completions = use_completion(&text, *is_focused);
    let onfocus = {
        let is_focused = is_focused.clone();
        Callback::from(move |_| is_focused.set(true))
    };
    let onblur = Callback::from(move |event| {
        is_focused.set(false);
        onblur.emit(event);
    });
    let onsubmit = Callback::from(|event: SubmitEvent| event.prevent_default());
    html! {
        <form class="search" role="search" {onsubmit}>
            <Icon kind={IconKind::Search} />
            <input id="search" type="search" aria-label="Search traces" autocomplete="off" spellcheck="false"
                placeholder="Search, such as service:shop status:error duration>20ms"
                aria-describedby="search-problem" aria-invalid={props.problem.is_some().then_some("true")}
                list="search-completions" {onfocus} {onblur}
                value={text} {oninput} onkeydown={blur_on_escape()} />
            <datalist id="search-completions">
                for completion in completions {
                    <option key={completion.clone()} value={completion} />
                }
            </datalist>
            <kbd>{ "/" }</kbd>
            <span id="search-problem" class="problem" role="status">{ props.problem.clone() }</span>
        </form>
    }
}

/// Enter and Escape move the focus away, so that keys are shortcuts again.
fn blur_on_escape() -> Callback<KeyboardEvent> {
    Callback::from(|event: KeyboardEvent| {
        if matches!(event.key().as_str(), "Escape" | "Enter") {
            if let Some(input) = event.target_dyn_into::<HtmlElement>() {
                // If it fails, the focus stays where it is.
                let _ = input.blur();
            }
            event.stop_propagation();
        }
    })
}
