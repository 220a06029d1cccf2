//! Asks signed-out users to sign in before an action that needs an account.

use yew::prelude::*;

use crate::state::after_sign_in::AfterSignIn;
use crate::state::overlay::Overlay;
use crate::state::session::Session;
use crate::state::{use_dispatch, use_store};

#[derive(Clone)]
pub(crate) struct AuthGuard {
    is_signed_out: bool,
    overlay: UseReducerDispatcher<Overlay>,
}

impl AuthGuard {
    /// Returns whether the action may proceed. Opens the sign-in dialog if it may not; `after` completes the action.
    pub(crate) fn allows(&self, after: AfterSignIn) -> bool {
        if self.is_signed_out {
            self.overlay.dispatch(Overlay::SignIn(after));
        }
        !self.is_signed_out
    }
}

#[hook]
pub(crate) fn use_auth_guard() -> AuthGuard {
    let session = use_store::<Session>();
    AuthGuard {
        is_signed_out: session.is_signed_out(),
        overlay: use_dispatch(),
    }
}
