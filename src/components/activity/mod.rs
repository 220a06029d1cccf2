//! A crud as a card: author, time, text and actions.

mod actions;
mod byline;
mod counter;
mod delete_button;
mod heading_level;
mod notification_reason;
mod open_on_click;
mod props;
mod reaction_button;
mod reply_button;
mod share_button;

use std::rc::Rc;

use api_types::Activity;
use yew::prelude::*;

use self::actions::Actions;
use self::byline::Byline;
use self::heading_level::HeadingLevel;
use self::notification_reason::NotificationReason;
use self::open_on_click::use_open_on_click;
use crate::components::avatar::{Avatar, Size};
use crate::components::message::Message;
use crate::format;

/// The layout of a card.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Variant {
    /// In a feed, with its replies below it.
    #[default]
    Feed,
    /// Alone on its page, in a larger font. The page shows the replies.
    Detail,
    /// Below the crud that it replies to.
    Reply,
    /// In the reply and delete dialogs.
    Quoted,
}

#[derive(Properties, PartialEq)]
pub(crate) struct CardProps {
    pub(crate) activity: Rc<Activity>,
    #[prop_or_default]
    pub(crate) variant: Variant,
    /// Shows an animation, for a crud that was just added.
    #[prop_or_default]
    pub(crate) is_new: bool,
}

impl CardProps {
    /// Returns whether a click on the card opens the page of the crud.
    fn opens(&self) -> bool {
        matches!(self.variant, Variant::Feed | Variant::Reply)
    }
}

#[component]
pub(crate) fn Card(props: &CardProps) -> Html {
    let CardProps {
        activity, variant, ..
    } = props;
    let size = if *variant == Variant::Reply {
        Size::Small
    } else {
        Size::Medium
    };
    let level = if *variant == Variant::Reply {
        HeadingLevel::Reply
    } else {
        HeadingLevel::Crud
    };
    let opens = props.opens();
    let open = use_open_on_click(activity);
    let onclick = opens.then_some(open);
    html! {
        <article class={classes(props)} aria-label={format::crud_label(activity)} {onclick}>
            if let Some(notification) = &activity.notification {
                <NotificationReason notification={notification.clone()} />
            }
            <Avatar handle={activity.handle.clone()} name={activity.name().to_owned()} {size} />
            <div class="body">
                <Byline activity={activity.clone()} compact={*variant == Variant::Reply} {level} links={opens} />
                <Message text={activity.message.clone()} full={*variant == Variant::Detail} />
                if matches!(variant, Variant::Feed | Variant::Detail) {
                    <Actions activity={activity.clone()} />
                }
                if *variant == Variant::Feed && !activity.replies.is_empty() {
                    { replies(&activity.replies) }
                }
            </div>
        </article>
    }
}

fn classes(props: &CardProps) -> Classes {
    let unread = props
        .activity
        .notification
        .as_ref()
        .is_some_and(|notification| notification.unread);
    classes!(
        "activity",
        (props.variant == Variant::Detail).then_some("detail"),
        props.opens().then_some("opens"),
        props.is_new.then_some("new"),
        unread.then_some("unread"),
    )
}

fn replies(replies: &[Activity]) -> Html {
    html! {
        <div class="replies">
            { for replies.iter().map(|reply| html! {
                <Card key={reply.uuid.clone()} activity={Rc::new(reply.clone())} variant={Variant::Reply} />
            }) }
        </div>
    }
}
