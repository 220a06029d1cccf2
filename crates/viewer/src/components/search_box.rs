//! The search box: typed text becomes the address's query after a short pause.

use gloo_timers::callback::Timeout;
use web_sys::{HtmlElement, HtmlInputElement};
use yew::prelude::*;

use super::icon::{Icon, Picture};
use crate::hooks::Url;

/// Long enough to type the next letter, short enough to feel immediate.
const PAUSE_MS: u32 = 200;

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
            <Icon picture={Picture::Search} />
            <input id="search" type="search" aria-label="Search traces" autocomplete="off" spellcheck="false"
                placeholder="words, service:… status:error duration>20ms http.route=…"
                aria-describedby="search-problem" aria-invalid={props.problem.is_some().then_some("true")}
                value={(*text).clone()} {oninput} onkeydown={leave_on_escape()} />
            <kbd>{ "/" }</kbd>
            <span id="search-problem" class="problem" role="status">{ props.problem.clone() }</span>
        </form>
    }
}

/// Enter and Escape give the keyboard back to the list.
fn leave_on_escape() -> Callback<KeyboardEvent> {
    Callback::from(|event: KeyboardEvent| {
        if matches!(event.key().as_str(), "Escape" | "Enter") {
            if let Some(input) = event.target_dyn_into::<HtmlElement>() {
                // Failing to leave a field leaves the user where they are.
                let _ = input.blur();
            }
            event.stop_propagation();
        }
    })
}

#[hook]
fn use_typing(url: &Url, text: &UseStateHandle<String>) -> Callback<InputEvent> {
    let pause = use_mut_ref(|| None::<Timeout>);
    // What is applied after the pause must go to the place shown then.
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
        pause.replace(Some(Timeout::new(PAUSE_MS, apply)));
    })
}
