//! The search field. Submitting it navigates to the URL of the results, which can be bookmarked and shared.

use api_types::SEARCH_TERM_MAX_CHARS;
use otel_web_yew::use_action;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::components::icon::Icon;
use crate::components::link::push;
use crate::route::{Route, SearchQuery};

#[derive(Properties, PartialEq)]
pub(crate) struct SearchBoxProps {
    /// The current search term.
    #[prop_or_default]
    pub(crate) term: AttrValue,
}

#[component]
pub(crate) fn SearchBox(props: &SearchBoxProps) -> Html {
    let text = use_state(|| props.term.to_string());
    {
        let text = text.clone();
        use_effect_with(props.term.clone(), move |term| text.set(term.to_string()));
    }
    let oninput = {
        let text = text.clone();
        Callback::from(move |event: InputEvent| {
            text.set(
                event
                    .target_unchecked_into::<web_sys::HtmlInputElement>()
                    .value(),
            );
        })
    };
    let onsubmit = use_search(&text);
    html! {
        <form class="search" role="search" {onsubmit}>
            { Icon::Search.draw() }
            <input class="input" type="search" name="term" dir="auto" placeholder="Search Cruddur" aria-label="Search Cruddur"
                autocomplete="off" maxlength={SEARCH_TERM_MAX_CHARS.to_string()} value={(*text).clone()} {oninput} />
        </form>
    }
}

#[hook]
fn use_search(text: &str) -> Callback<SubmitEvent> {
    let navigator = use_navigator();
    let term = text.trim().to_owned();
    let search = use_action("search.submit", move |_: SubmitEvent| {
        if let Some(navigator) = &navigator {
            push(
                navigator,
                &Route::Search,
                Some(&SearchQuery { term: term.clone() }),
            );
        }
        std::future::ready(())
    });
    // Not part of the action, so that the browser never submits the form itself.
    Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        search.emit(event);
    })
}
