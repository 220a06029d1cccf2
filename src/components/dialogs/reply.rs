//! Answers a crud.

use std::rc::Rc;

use api_types::{Activity, NewReply, REPLY_MAX_CHARS, validate};
use otel_web_yew::use_action;
use yew::prelude::*;

use super::dialog::Dialog;
use crate::api::{self, Answer, Failure};
use crate::components::activity::{Card, Look};
use crate::components::writing::Writing;
use crate::hooks::{Outbox, Sending, use_outbox, use_sending};
use crate::state::drafts::Drafts;
use crate::state::feed::FeedAction;
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
    let (drafts, outbox) = (use_store::<Drafts>(), use_outbox());
    let key = drafts.key(uuid, "");
    let (uuid, reply) = (
        uuid.to_owned(),
        NewReply {
            message: drafts.text(uuid).to_owned(),
        },
    );
    use_sending("crud.reply", move || {
        send(uuid.clone(), reply.clone(), key.clone(), outbox.clone())
    })
}

async fn send(uuid: String, reply: NewReply, key: String, outbox: Outbox) -> Answer<()> {
    validate::new_reply(&uuid, &reply).map_err(Failure::Refused)?;
    let sent = api::activities::reply(&uuid, &reply, &key).await?;
    outbox.sent(
        uuid,
        reply.message,
        FeedAction::Replied(sent),
        "Your reply is out",
    );
    Ok(())
}
