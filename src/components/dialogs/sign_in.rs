//! Tells a visitor that this needs an account.

use yew::prelude::*;
use yew_router::prelude::*;

use super::dialog::Dialog;
use crate::components::link::push;
use crate::route::Route;
use crate::state::overlay::Overlay;
use crate::state::use_dispatch;

#[component]
pub(crate) fn SignInDialog() -> Html {
    let (overlay, navigator) = (use_dispatch::<Overlay>(), use_navigator());
    let onclose = {
        let overlay = overlay.clone();
        Callback::from(move |()| overlay.dispatch(Overlay::None))
    };
    let onclick = Callback::from(move |_: MouseEvent| {
        overlay.dispatch(Overlay::None);
        if let Some(navigator) = &navigator {
            push(navigator, &Route::SignIn, None);
        }
    });
    html! {
        <Dialog title="Sign in to join in" {onclose}>
            <p>{ "Reading is open to everyone. To crud, reply, like or repost, tell Cruddur who you are." }</p>
            <div class="submit-row">
                <button type="button" class="pill" autofocus=true {onclick}>{ "Sign In" }</button>
            </div>
        </Dialog>
    }
}
