//! The reason why a crud is listed in the notifications, such as "Worf liked your crud".

use api_types::{Notification, NotificationKind};
use yew::prelude::*;

use crate::components::icon::Icon;
use crate::format::{self, time};
use crate::hooks::use_now;

#[derive(Properties, PartialEq)]
pub(crate) struct NotificationReasonProps {
    pub(crate) notification: Notification,
}

#[component]
pub(crate) fn NotificationReason(props: &NotificationReasonProps) -> Html {
    let Notification {
        kind,
        handle,
        display_name,
        created_at,
        ..
    } = &props.notification;
    let (icon, verb) = match kind {
        NotificationKind::Like => (Icon::Heart, "liked your crud"),
        NotificationKind::Mention => (Icon::Person, "mentioned you"),
        NotificationKind::Reply => (Icon::Bubble, "replied to you"),
        NotificationKind::Repost => (Icon::Repost, "reposted your crud"),
    };
    let now = use_now();
    let age = created_at.map(|at| format!(" · {}", time::age(at.as_millis(), now)));
    html! {
        <p class="notification-reason">
            { icon.draw() }
            <span><bdi dir="auto">{ format::display_name(display_name, handle) }</bdi>{ " " }{ verb }{ age }</span>
        </p>
    }
}
