//! Answers a crud.

use std::rc::Rc;

use api_types::{Activity, NewReply, REPLY_MAX_CHARS, validate};
use otel_web_yew::use_action;
use yew::prelude::*;

use super::dialog::Dialog;
use crate::api::{self, Failure};
use crate::components::activity::{Card, Look};
use crate::components::writing::Writing;
use crate::hooks::{Sending, use_notices, use_sending};
use crate::state::drafts::{Drafts, Written};
use crate::state::feed::{Feed, FeedAction};
use crate::state::overlay::Overlay;
use crate::state::{use_dispatch, use_store};

#[derive(Properties, PartialEq)]
pub(crate) struct ReplyDialogProps {
    /// What is answered.
    pub(crate) activity: Rc<Activity>,
}

#[component]
pub(crate) fn ReplyDialog(props: &ReplyDialogProps) -> Html {
    let activity = &props.activity;
    let sending = use_reply(&activity.uuid);
    let overlay = use_dispatch::<Overlay>();
    let onclose = use_action("reply.close", move |()| {
        overlay.dispatch(Overlay::None);
        std::future::ready(())
    });
    html! {
        <Dialog title="Reply" {onclose}>
            <div class="quoted"><Card activity={activity.clone()} look={Look::Quoted} /></div>
            <Writing placeholder="what is your reply?" submit="Reply" limit={REPLY_MAX_CHARS}
                reply_to={activity.uuid.clone()} {sending} />
        </Dialog>
    }
}

#[hook]
fn use_reply(uuid: &str) -> Sending {
    let (message, uuid) = (use_store::<Drafts>().text(uuid).to_owned(), uuid.to_owned());
    let (feed, drafts, overlay) = (
        use_dispatch::<Feed>(),
        use_dispatch::<Drafts>(),
        use_dispatch::<Overlay>(),
    );
    let notices = use_notices();
    use_sending("crud.reply", move || {
        let (uuid, reply) = (
            uuid.clone(),
            NewReply {
                message: message.clone(),
            },
        );
        let (feed, drafts, overlay) = (feed.clone(), drafts.clone(), overlay.clone());
        let notices = notices.clone();
        async move {
            validate::new_reply(&uuid, &reply).map_err(Failure::Refused)?;
            let reply = api::activities::reply(&uuid, &reply).await?;
            drafts.dispatch(Written {
                reply_to: uuid,
                text: String::new(),
            });
            overlay.dispatch(Overlay::None);
            feed.dispatch(FeedAction::Replied(reply));
            notices.done("Your reply is out");
            Ok(())
        }
    })
}
