//! The dialog that replies to a crud.

use std::rc::Rc;

use api_types::{Activity, NewReply, REPLY_MAX_CHARS, validate};
use otel_web_yew::use_action;
use yew::prelude::*;

use super::dialog::Dialog;
use crate::api::{self, ApiError, ApiResult};
use crate::components::activity::{Card, Variant};
use crate::components::compose_form::ComposeForm;
use crate::hooks::{AfterSend, FormSubmit, use_after_send, use_form_submit};
use crate::state::drafts::Drafts;
use crate::state::feed::FeedAction;
use crate::state::overlay::Overlay;
use crate::state::{use_dispatch, use_store};

#[derive(Properties, PartialEq)]
pub(crate) struct ReplyDialogProps {
    /// The crud to reply to.
    pub(crate) activity: Rc<Activity>,
}

#[component]
pub(crate) fn ReplyDialog(props: &ReplyDialogProps) -> Html {
    let activity = &props.activity;
    let form = use_reply(&activity.uuid);
    let overlay = use_dispatch::<Overlay>();
    let onclose = use_action("reply.close", move |()| {
        overlay.dispatch(Overlay::None);
        std::future::ready(())
    });
    html! {
        <Dialog title="Reply" {onclose}>
            <div class="quoted"><Card activity={activity.clone()} variant={Variant::Quoted} /></div>
            <ComposeForm placeholder="what is your reply?" submit="Reply" limit={REPLY_MAX_CHARS}
                reply_to={activity.uuid.clone()} {form} />
        </Dialog>
    }
}

#[hook]
fn use_reply(uuid: &str) -> FormSubmit {
    let (drafts, after_send) = (use_store::<Drafts>(), use_after_send());
    let key = drafts.key(uuid);
    let (uuid, reply) = (
        uuid.to_owned(),
        NewReply {
            message: drafts.text(uuid).to_owned(),
        },
    );
    use_form_submit("crud.reply", move || {
        send(uuid.clone(), reply.clone(), key.clone(), after_send.clone())
    })
}

async fn send(uuid: String, reply: NewReply, key: String, after_send: AfterSend) -> ApiResult<()> {
    validate::new_reply(&uuid, &reply).map_err(ApiError::Rejected)?;
    let sent = api::activities::reply(&uuid, &reply, &key).await?;
    after_send.complete(
        uuid,
        reply.message,
        FeedAction::Replied(sent),
        "Reply posted",
    );
    Ok(())
}
