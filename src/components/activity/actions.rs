//! The row of buttons below a crud.

use std::rc::Rc;

use api_types::Activity;
use yew::prelude::*;

use super::delete_button::DeleteButton;
use super::mark_button::MarkButton;
use super::reply_button::ReplyButton;
use super::share_button::ShareButton;
use crate::state::mark::Mark;
use crate::state::session::Session;
use crate::state::use_store;

#[derive(Properties, PartialEq)]
pub(crate) struct ActivityProps {
    pub(crate) activity: Rc<Activity>,
}

#[component]
pub(crate) fn Actions(props: &ActivityProps) -> Html {
    let activity = &props.activity;
    let own = use_store::<Session>().owns(&activity.handle);
    html! {
        <div class="actions">
            <ReplyButton activity={activity.clone()} />
            <MarkButton activity={activity.clone()} mark={Mark::Repost} />
            <MarkButton activity={activity.clone()} mark={Mark::Like} />
            <ShareButton activity={activity.clone()} />
            if own {
                <DeleteButton activity={activity.clone()} />
            }
        </div>
    }
}

/// A counter beside a button's icon, from one upwards. Its button describes it in words.
pub(super) fn counter(count: u32) -> Html {
    html! { <span aria-hidden="true">if count > 0 { { count } }</span> }
}
