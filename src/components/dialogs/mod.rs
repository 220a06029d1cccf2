//! The dialogs shown over the page, one at a time.

mod composer;
mod delete;
mod dialog;
mod reply;
mod sign_in;

use yew::prelude::*;

use self::composer::Composer;
use self::delete::DeleteDialog;
use self::reply::ReplyDialog;
use self::sign_in::SignInDialog;
use crate::state::overlay::Overlay;
use crate::state::use_store;

#[component]
pub(crate) fn Dialogs() -> Html {
    let overlay = use_store::<Overlay>();
    html! {
        <div>
            { match &*overlay {
                Overlay::None => Html::default(),
                Overlay::Compose => html! { <Composer key="composer" /> },
                Overlay::Reply(activity) => html! { <ReplyDialog key="reply" activity={activity.clone()} /> },
                Overlay::Delete(activity) => html! { <DeleteDialog key="delete" activity={activity.clone()} /> },
                Overlay::SignIn(after) => html! { <SignInDialog key="sign-in" after={after.clone()} /> },
            } }
        </div>
    }
}
