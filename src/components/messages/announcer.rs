//! Tells screen readers about a message that arrived.

use yew::prelude::*;

use crate::state::messages::Messages;
use crate::state::use_store;

#[component]
pub(crate) fn Announcer() -> Html {
    let announcement = use_store::<Messages>().announcement.clone();
    html! {
        <div class="visually-hidden" role="status" aria-live="polite">
            <p key={announcement.number}>{ announcement.text }</p>
        </div>
    }
}
