//! The placeholder of a feed while it loads. It appears with a delay, so that fast responses do not flicker.
//!
//! At the start of the app it appears at once, because it replaces the same placeholder of index.html.

use yew::prelude::*;

use crate::state::session::Session;
use crate::state::use_store;

const PLACEHOLDERS: usize = 4;

#[component]
pub(crate) fn Skeleton() -> Html {
    let is_known = use_store::<Session>().is_known();
    // As in the first rendering: a change would start the animation again.
    let at_start = *use_memo((), |()| !is_known);
    html! {
        <div class={classes!("skeleton", at_start.then_some("at-start"))} role="status">
            <span class="visually-hidden">{ "Loading" }</span>
            { for (0..PLACEHOLDERS).map(placeholder) }
        </div>
    }
}

fn placeholder(key: usize) -> Html {
    html! {
        <div {key} class="activity" aria-hidden="true">
            <span class="avatar" />
            <div><i /><i /></div>
        </div>
    }
}
