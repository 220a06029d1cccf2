//! Why a crud is among the user's notifications.

use api_types::{Notification, NotificationKind};
use yew::prelude::*;

use crate::components::icon::Icon;
use crate::format::{self, time};
use crate::hooks::use_now;

#[derive(Properties, PartialEq)]
pub(crate) struct BecauseProps {
    pub(crate) notification: Notification,
}

#[component]
pub(crate) fn Because(props: &BecauseProps) -> Html {
    let Notification {
        kind,
        handle,
        display_name,
        created_at,
        ..
    } = &props.notification;
    let (icon, did) = match kind {
        NotificationKind::Like => (Icon::Heart, "liked your crud"),
        NotificationKind::Mention => (Icon::Person, "mentioned you"),
        NotificationKind::Reply => (Icon::Bubble, "replied to you"),
        NotificationKind::Repost => (Icon::Repost, "reposted your crud"),
    };
    let now = use_now();
    let when = created_at.map(|at| format!(" · {}", time::age(at.as_millis(), now)));
    html! {
        <p class="because">
            { icon.draw() }
            <span><bdi>{ format::name(display_name, handle) }</bdi>{ " " }{ did }{ when }</span>
        </p>
    }
}
