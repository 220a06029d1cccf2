//! The one dialog that may stand over the page.

use std::rc::Rc;

use api_types::Activity;
use yew::Reducible;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Overlay {
    #[default]
    None,
    Compose,
    Reply(Rc<Activity>),
    /// Asks before it deletes.
    Delete(Rc<Activity>),
    /// The last action needs an account.
    SignIn,
}

impl Reducible for Overlay {
    type Action = Self;

    fn reduce(self: Rc<Self>, next: Self) -> Rc<Self> {
        Rc::new(next)
    }
}
