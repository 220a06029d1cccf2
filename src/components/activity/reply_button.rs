//! Opens the dialog that answers a crud.

use otel_web_yew::use_action;
use yew::prelude::*;

use super::actions::{ActivityProps, counter};
use crate::components::icon::Icon;
use crate::format::in_words;
use crate::hooks::use_gate;
use crate::state::overlay::Overlay;
use crate::state::use_dispatch;

#[component]
pub(crate) fn ReplyButton(props: &ActivityProps) -> Html {
    let activity = &props.activity;
    let count = activity.replies_count;
    let onclick = {
        let (activity, gate, overlay) = (activity.clone(), use_gate(), use_dispatch::<Overlay>());
        use_action("reply.open", move |_: MouseEvent| {
            if gate.admits() {
                overlay.dispatch(Overlay::Reply(activity.clone()));
            }
            std::future::ready(())
        })
    };
    html! {
        <button type="button" class="act" aria-label="Reply" aria-description={in_words(count, "reply", "replies")} {onclick}>
            { Icon::Bubble.draw() }
            { counter(count) }
        </button>
    }
}
