//! The dialog that asks a signed-out user to sign in.

use yew::prelude::*;
use yew_router::prelude::*;

use super::dialog::Dialog;
use crate::components::link::push;
use crate::route::Route;
use crate::state::after_sign_in::AfterSignIn;
use crate::state::overlay::Overlay;
use crate::state::use_dispatch;

#[derive(Properties, PartialEq)]
pub(crate) struct SignInDialogProps {
    /// Completes the action that needs the sign-in.
    pub(crate) after: AfterSignIn,
}

#[component]
pub(crate) fn SignInDialog(props: &SignInDialogProps) -> Html {
    let (overlay, navigator) = (use_dispatch::<Overlay>(), use_navigator());
    let (after, pending) = (props.after.clone(), use_dispatch::<AfterSignIn>());
    let onclose = {
        let overlay = overlay.clone();
        Callback::from(move |()| overlay.dispatch(Overlay::None))
    };
    let onclick = Callback::from(move |_: MouseEvent| {
        overlay.dispatch(Overlay::None);
        pending.dispatch(after.clone());
        if let Some(navigator) = &navigator {
            push(navigator, &Route::SignIn, None);
        }
    });
    html! {
        <Dialog title="Sign in to join in" {onclose}>
            <p>{ "You can read without an account. Sign in to crud, reply, like or repost." }</p>
            <div class="submit-row">
                <button type="button" class="pill" autofocus=true {onclick}>{ "Sign In" }</button>
            </div>
        </Dialog>
    }
}
