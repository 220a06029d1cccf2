//! Asks before a crud goes: nothing brings it back.

use std::rc::Rc;

use api_types::Activity;
use otel_web_yew::use_action;
use yew::prelude::*;

use super::dialog::Dialog;
use crate::api;
use crate::components::activity::{Card, Look};
use crate::hooks::use_notices;
use crate::state::feed::{Feed, FeedAction};
use crate::state::overlay::Overlay;
use crate::state::use_dispatch;

#[derive(Properties, PartialEq)]
pub(crate) struct DeleteDialogProps {
    pub(crate) activity: Rc<Activity>,
}

#[component]
pub(crate) fn DeleteDialog(props: &DeleteDialogProps) -> Html {
    let overlay = use_dispatch::<Overlay>();
    let onclose = Callback::from(move |()| overlay.dispatch(Overlay::None));
    let keep = onclose.reform(|_: MouseEvent| ());
    let delete = use_delete(&props.activity.uuid);
    html! {
        <Dialog title="Delete this crud?" {onclose}>
            <div class="quoted"><Card activity={props.activity.clone()} look={Look::Quoted} /></div>
            <p>{ "It goes with its replies, and nothing brings it back." }</p>
            <div class="submit-row">
                <button type="button" class="pill quiet" onclick={keep}>{ "Keep" }</button>
                <button type="button" class="pill danger" onclick={delete}>{ "Delete" }</button>
            </div>
        </Dialog>
    }
}

#[hook]
fn use_delete(uuid: &str) -> Callback<MouseEvent> {
    let uuid = uuid.to_owned();
    let (feed, overlay, notices) = (
        use_dispatch::<Feed>(),
        use_dispatch::<Overlay>(),
        use_notices(),
    );
    use_action("crud.delete", move |_: MouseEvent| {
        let (uuid, feed, notices) = (uuid.clone(), feed.clone(), notices.clone());
        overlay.dispatch(Overlay::None);
        async move {
            let deleted = api::activities::delete(&uuid)
                .await
                .inspect_err(|failure| notices.failed(failure));
            deleted.map(|()| {
                feed.dispatch(FeedAction::Deleted { uuid });
                notices.done("Deleted");
            })
        }
    })
}
