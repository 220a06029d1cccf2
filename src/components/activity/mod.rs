//! A crud: who, when, what, and what can be done with it.

mod actions;
mod because;
mod by_line;
mod delete_button;
mod mark_button;
mod reply_button;
mod share_button;

use std::rc::Rc;

use api_types::Activity;
use yew::prelude::*;

use self::actions::Actions;
use self::because::Because;
use self::by_line::ByLine;
use crate::components::avatar::{Avatar, Size};
use crate::components::link::Link;
use crate::components::message::Message;
use crate::route::Route;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Look {
    /// In a feed, with its replies below it.
    #[default]
    Feed,
    /// Alone on its page, written larger; the page shows the replies.
    Whole,
    /// Below the crud it answers.
    Reply,
    /// In the dialog that answers it.
    Quoted,
}

#[derive(Properties, PartialEq)]
pub(crate) struct CardProps {
    pub(crate) activity: Rc<Activity>,
    #[prop_or_default]
    pub(crate) look: Look,
    /// Whether it came in while the user was looking.
    #[prop_or_default]
    pub(crate) arrived: bool,
}

#[component]
pub(crate) fn Card(props: &CardProps) -> Html {
    let CardProps { activity, look, .. } = props;
    let size = if *look == Look::Reply {
        Size::Small
    } else {
        Size::Medium
    };
    html! {
        <article class={classes(props)}>
            if let Some(notification) = &activity.notification {
                <Because notification={notification.clone()} />
            }
            <Avatar handle={activity.handle.clone()} name={activity.name().to_owned()} {size} />
            <div class="body">
                <ByLine activity={activity.clone()} brief={*look == Look::Reply} />
                <Message text={activity.message.clone()} whole={*look == Look::Whole} />
                if matches!(look, Look::Feed | Look::Whole) {
                    <Actions activity={activity.clone()} />
                }
                if *look == Look::Feed && !activity.replies.is_empty() {
                    { replies(&activity.replies) }
                }
            </div>
            if matches!(look, Look::Feed | Look::Reply) {
                <Link class="cover" label="Open crud" to={Route::status(&activity.handle, &activity.uuid)} />
            }
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
        (props.look == Look::Whole).then_some("whole"),
        props.arrived.then_some("arrived"),
        unread.then_some("unread"),
    )
}

fn replies(replies: &[Activity]) -> Html {
    html! {
        <div class="replies">
            { for replies.iter().map(|reply| html! {
                <Card key={reply.uuid.clone()} activity={Rc::new(reply.clone())} look={Look::Reply} />
            }) }
        </div>
    }
}
