//! What the user entered in the forms of sign-up and recovery, except passwords and codes.
//!
//! It survives the way from one form to the next, and back.

use std::rc::Rc;

use yew::Reducible;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AccountForm {
    pub(crate) display_name: String,
    pub(crate) email: String,
    pub(crate) handle: String,
}

#[derive(Clone, Debug)]
pub(crate) enum AccountFormAction {
    DisplayName(String),
    Email(String),
    Handle(String),
}

impl Reducible for AccountForm {
    type Action = AccountFormAction;

    fn reduce(mut self: Rc<Self>, action: AccountFormAction) -> Rc<Self> {
        let form = Rc::make_mut(&mut self);
        match action {
            AccountFormAction::DisplayName(text) => form.display_name = text,
            AccountFormAction::Email(text) => form.email = text,
            AccountFormAction::Handle(text) => form.handle = text,
        }
        self
    }
}
