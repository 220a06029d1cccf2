//! Opens the reply dialog.

use otel_web_yew::use_action;
use yew::prelude::*;

use super::counter::with_counter;
use super::props::ActivityProps;
use crate::components::icon::Icon;
use crate::format::count_label;
use crate::hooks::use_auth_guard;
use crate::state::after_sign_in::AfterSignIn;
use crate::state::overlay::Overlay;
use crate::state::use_dispatch;

#[component]
pub(crate) fn ReplyButton(props: &ActivityProps) -> Html {
    let activity = &props.activity;
    let count = activity.replies_count;
    let onclick = {
        let (activity, guard, overlay) = (
            activity.clone(),
            use_auth_guard(),
            use_dispatch::<Overlay>(),
        );
        use_action("reply.open", move |_: MouseEvent| {
            if guard.allows(AfterSignIn::Reply(activity.clone())) {
                overlay.dispatch(Overlay::Reply(activity.clone()));
            }
            std::future::ready(())
        })
    };
    let button = html! {
        <button type="button" class="action" aria-label="Reply" aria-description={count_label(count, "reply", "replies")} {onclick}>
            { Icon::Bubble.draw() }
        </button>
    };
    with_counter(button, count)
}
