//! A link to a route of the app. Sets `aria-current` if the route is the current page.

use yew::prelude::*;
use yew_router::prelude::*;
use yew_router::query::Raw;

use crate::hooks::{note_entrance, note_push, note_return};
use crate::return_to::{ReturnTo, entrance_query, is_entrance_shown};
use crate::route::{Route, SearchQuery};

#[derive(Properties, PartialEq)]
pub(crate) struct LinkProps {
    pub(crate) to: Route,
    /// The query of [`Route::Search`].
    #[prop_or_default]
    pub(crate) query: Option<SearchQuery>,
    #[prop_or_default]
    pub(crate) class: Classes,
    /// The accessible name, for links without text.
    #[prop_or_default]
    pub(crate) label: Option<AttrValue>,
    /// The name of the user action, for links whose accessible name is a user or a hashtag:
    /// action names have low cardinality.
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
        <a class={class.clone()} href={href(to, query.as_ref())} aria-label={label.clone()}
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
        let Some(navigator) = navigator.as_ref().filter(|_| !has_modifier_key(&event)) else {
            return;
        };
        event.prevent_default();
        push(navigator, &to, query.as_ref());
    })
}

/// Navigates to a route and scrolls to the top.
pub(crate) fn push(navigator: &Navigator, to: &Route, query: Option<&SearchQuery>) {
    match query {
        None if to.is_entrance() => {
            let query = entrance_query();
            if !is_entrance_shown() {
                note_entrance(ReturnTo::of_location().url());
            }
            let Ok(()) = navigator.push_with_query(to, Raw(query));
        }
        // Fails only for values that cannot be serialized as a query; a string can.
        Some(query) => navigator.push_with_query(to, query).unwrap_or_default(),
        None => navigator.push(to),
    }
    note_push();
    scroll_to_top();
}

/// Replaces the sign-in page by the page where the user was, at its scroll position.
pub(crate) fn return_to(navigator: &Navigator, page: &ReturnTo) {
    let Ok(()) = navigator.replace_with_query(&page.route, Raw(&page.query));
    scroll_to_top();
    note_return(&page.url());
}

fn scroll_to_top() {
    if let Some(window) = web_sys::window() {
        window.scroll_to_with_x_and_y(0.0, 0.0);
    }
}

/// Returns whether a modifier key is pressed, with which the browser opens the link in another tab or window.
pub(crate) fn has_modifier_key(event: &MouseEvent) -> bool {
    event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key()
}

fn href(to: &Route, query: Option<&SearchQuery>) -> String {
    let path = to.to_path();
    match query {
        Some(SearchQuery { term }) => format!("{path}?term={}", urlencoding::encode(term)),
        None if to.is_entrance() => match entrance_query() {
            query if query.is_empty() => path,
            query => format!("{path}?{query}"),
        },
        None => path,
    }
}
