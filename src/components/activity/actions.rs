//! The row of buttons below a crud.

use yew::prelude::*;

use super::delete_button::DeleteButton;
use super::props::ActivityProps;
use super::reaction_button::ReactionButton;
use super::reply_button::ReplyButton;
use super::share_button::ShareButton;
use crate::state::reaction::Reaction;
use crate::state::session::Session;
use crate::state::use_store;

#[component]
pub(crate) fn Actions(props: &ActivityProps) -> Html {
    let activity = &props.activity;
    let own = use_store::<Session>().owns(&activity.handle);
    html! {
        <div class="actions">
            <ReplyButton activity={activity.clone()} />
            <ReactionButton activity={activity.clone()} reaction={Reaction::Repost} />
            <ReactionButton activity={activity.clone()} reaction={Reaction::Like} />
            <ShareButton activity={activity.clone()} />
            if own {
                <DeleteButton activity={activity.clone()} />
            }
        </div>
    }
}
