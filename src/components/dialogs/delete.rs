//! The dialog that asks for confirmation before a crud is deleted.

use std::rc::Rc;

use api_types::Activity;
use yew::prelude::*;

use super::dialog::Dialog;
use crate::api;
use crate::components::activity::{Card, Variant};
use crate::hooks::{focus_heading, use_retryable, use_toasts};
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
    let cancel = onclose.reform(|_: MouseEvent| ());
    let delete = use_delete(&props.activity.uuid);
    html! {
        <Dialog title="Delete this crud?" {onclose}>
            <div class="quoted"><Card activity={props.activity.clone()} variant={Variant::Quoted} /></div>
            <p>{ "Its replies are deleted as well. This cannot be undone." }</p>
            <div class="submit-row">
                <button type="button" class="pill quiet" onclick={cancel}>{ "Cancel" }</button>
                <button type="button" class="pill danger" onclick={delete}>{ "Delete" }</button>
            </div>
        </Dialog>
    }
}

#[hook]
fn use_delete(uuid: &str) -> Callback<MouseEvent> {
    let uuid = uuid.to_owned();
    let (feed, overlay, toasts) = (
        use_dispatch::<Feed>(),
        use_dispatch::<Overlay>(),
        use_toasts(),
    );
    use_retryable("crud.delete", move || {
        let (uuid, feed, toasts) = (uuid.clone(), feed.clone(), toasts.clone());
        overlay.dispatch(Overlay::None);
        async move {
            api::activities::delete(&uuid).await?;
            feed.dispatch(FeedAction::Deleted { uuid });
            // The button that opened the dialog is gone.
            focus_heading();
            toasts.success("Deleted");
            Ok(())
        }
    })
}
