//! The search box. It changes the query in the address after a pause in typing.

use gloo_timers::callback::Timeout;
use web_sys::{HtmlElement, HtmlInputElement};
use yew::prelude::*;

use super::icon::{Icon, IconKind};
use crate::hooks::Url;

/// How long typing must pause before the query changes.
const TYPING_PAUSE_MS: u32 = 200;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct SearchBoxProps {
    pub(crate) url: Url,
    pub(crate) problem: Option<String>,
}

#[component]
pub(crate) fn SearchBox(props: &SearchBoxProps) -> Html {
    let text = use_state_eq(|| props.url.view.query.clone());
    use_effect_with(props.url.view.query.clone(), {
        let text = text.clone();
        move |query: &String| text.set(query.clone())
    });
    let oninput = use_typing(&props.url, &text);
    let onsubmit = Callback::from(|event: SubmitEvent| event.prevent_default());
    html! {
        <form class="search" role="search" {onsubmit}>
            <Icon kind={IconKind::Search} />
            <input id="search" type="search" aria-label="Search traces" autocomplete="off" spellcheck="false"
                placeholder="Search, such as service:shop status:error duration>20ms"
                aria-describedby="search-problem" aria-invalid={props.problem.is_some().then_some("true")}
                value={(*text).clone()} {oninput} onkeydown={blur_on_escape()} />
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

#[hook]
fn use_typing(url: &Url, text: &UseStateHandle<String>) -> Callback<InputEvent> {
    let pause = use_mut_ref(|| None::<Timeout>);
    // The query changes in the view that is shown after the pause.
    let latest = use_mut_ref(|| url.clone());
    latest.replace(url.clone());
    let text = text.clone();
    Callback::from(move |event: InputEvent| {
        let typed = event.target_unchecked_into::<HtmlInputElement>().value();
        text.set(typed.clone());
        let latest = latest.clone();
        let apply = move || {
            let url = latest.borrow().clone();
            url.replace(&url.view.with_query(typed));
        };
        pause.replace(Some(Timeout::new(TYPING_PAUSE_MS, apply)));
    })
}
