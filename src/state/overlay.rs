//! The dialog shown over the page.

use std::rc::Rc;

use api_types::Activity;
use yew::Reducible;

use super::after_sign_in::AfterSignIn;

/// The open dialog. At most one is open at a time.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Overlay {
    #[default]
    None,
    Compose,
    /// Writes a reply to this crud.
    Reply(Rc<Activity>),
    /// Asks for confirmation before this crud is deleted.
    Delete(Rc<Activity>),
    /// Asks a signed-out user to sign in, before this.
    SignIn(AfterSignIn),
}

impl Reducible for Overlay {
    type Action = Self;

    fn reduce(self: Rc<Self>, next: Self) -> Rc<Self> {
        Rc::new(next)
    }
}
