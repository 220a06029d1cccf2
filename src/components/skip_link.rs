//! A link over the navigation to the content, shown while it is focused.

use yew::prelude::*;

use crate::hooks::focus_heading;

#[component]
pub(crate) fn SkipLink() -> Html {
    // The focus moves without a navigation: the router would handle a change of the fragment as one.
    let onclick = Callback::from(|event: MouseEvent| {
        event.prevent_default();
        focus_heading();
    });
    html! {
        <a class="skip" href="#content" data-otel-action="content.skip_to" {onclick}>{ "Skip to content" }</a>
    }
}
