//! The shape of a feed while it loads. Appears late, so that a quick answer does not flicker.

use yew::prelude::*;

const CRUDS: usize = 4;

#[component]
pub(crate) fn Skeleton() -> Html {
    html! {
        <div class="skeleton" role="status">
            <span class="visually-hidden">{ "Loading" }</span>
            { for (0..CRUDS).map(shape) }
        </div>
    }
}

fn shape(key: usize) -> Html {
    html! {
        <div {key} class="activity" aria-hidden="true">
            <span class="avatar" />
            <div><i /><i /></div>
        </div>
    }
}
