//! Opens the dialog that deletes the user's own crud.

use yew::prelude::*;

use super::props::ActivityProps;
use crate::components::icon::Icon;
use crate::state::overlay::Overlay;
use crate::state::use_dispatch;

#[component]
pub(crate) fn DeleteButton(props: &ActivityProps) -> Html {
    let (activity, overlay) = (props.activity.clone(), use_dispatch::<Overlay>());
    let onclick = Callback::from(move |_| overlay.dispatch(Overlay::Delete(activity.clone())));
    html! {
        <button type="button" class="action" aria-label="Delete" {onclick}>{ Icon::Trash.draw() }</button>
    }
}
