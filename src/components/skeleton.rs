//! The placeholder of a feed while it loads. It appears with a delay, so that fast responses do not flicker.

use yew::prelude::*;

const PLACEHOLDERS: usize = 4;

#[component]
pub(crate) fn Skeleton() -> Html {
    html! {
        <div class="skeleton" role="status">
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
