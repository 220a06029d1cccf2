//! The logo: a speech bubble with grawlix.

use yew::prelude::*;

#[component]
pub(crate) fn Logo() -> Html {
    html! {
        <svg viewBox="0 0 52 46" aria-hidden="true" focusable="false">
            <path fill="#9500ff" d="M8 1h36a7 7 0 0 1 7 7v18a7 7 0 0 1-7 7H23L12 43v-10H8a7 7 0 0 1-7-7V8a7 7 0 0 1 7-7z" />
            <text x="26" y="23" fill="#fff" font-size="16" font-weight="800" text-anchor="middle">{ "#?@!" }</text>
        </svg>
    }
}
