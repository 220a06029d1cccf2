//! A link inside the app: pushes its route, and says whether it is the page shown.

use yew::prelude::*;
use yew_router::prelude::*;

use crate::route::{Route, SearchQuery};

#[derive(Properties, PartialEq)]
pub(crate) struct LinkProps {
    pub(crate) to: Route,
    /// The query of [`Route::Search`].
    #[prop_or_default]
    pub(crate) query: Option<SearchQuery>,
    #[prop_or_default]
    pub(crate) class: Classes,
    /// The accessible name, where the content does not say it.
    #[prop_or_default]
    pub(crate) label: Option<AttrValue>,
    /// The name of the user action, where the accessible name is a person's or a hashtag's:
    /// names of actions are few.
    #[prop_or_default]
    pub(crate) action: Option<&'static str>,
    #[prop_or_default]
    pub(crate) children: Html,
}

#[component]
pub(crate) fn Link(props: &LinkProps) -> Html {
    let LinkProps {
        to,
        query,
        class,
        label,
        action,
        children,
    } = props;
    let current = (use_route::<Route>().as_ref() == Some(to) && query.is_none()).then_some("page");
    let onclick = use_push(to, query.as_ref());
    html! {
        <a class={class.clone()} href={address(to, query.as_ref())} aria-label={label.clone()}
            aria-current={current} data-otel-action={*action} {onclick}>
            { children.clone() }
        </a>
    }
}

#[hook]
fn use_push(to: &Route, query: Option<&SearchQuery>) -> Callback<MouseEvent> {
    let navigator = use_navigator();
    let (to, query) = (to.clone(), query.cloned());
    Callback::from(move |event: MouseEvent| {
        let Some(navigator) = navigator.as_ref().filter(|_| !asks_for_a_tab(&event)) else {
            return;
        };
        event.prevent_default();
        push(navigator, &to, query.as_ref());
    })
}

/// Goes to a route and starts reading it at its top.
pub(crate) fn push(navigator: &Navigator, to: &Route, query: Option<&SearchQuery>) {
    match query {
        // Fails for values that no query can carry; a text is not one.
        Some(query) => navigator.push_with_query(to, query).unwrap_or_default(),
        None => navigator.push(to),
    }
    if let Some(window) = web_sys::window() {
        window.scroll_to_with_x_and_y(0.0, 0.0);
    }
}

/// The browser's own ways to open a link elsewhere stay the browser's.
fn asks_for_a_tab(event: &MouseEvent) -> bool {
    event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key()
}

fn address(to: &Route, query: Option<&SearchQuery>) -> String {
    let path = to.to_path();
    match query {
        Some(SearchQuery { term }) => format!("{path}?term={}", urlencoding::encode(term)),
        None => path,
    }
}
