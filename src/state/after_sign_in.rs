//! The action that was interrupted because it needs an account.

use std::rc::Rc;

use api_types::Activity;
use yew::Reducible;

use super::retry::Retry;
use crate::route::Route;

/// What the page does after the sign-in. Not stored, so a reload forgets it, and no link can contain it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum AfterSignIn {
    /// Shows the page where the user was.
    #[default]
    Return,
    /// Runs the action in the trace of the sign-in, and shows the page where the user was.
    Run(Retry),
    /// Opens the reply dialog on the page where the user was.
    Reply(Rc<Activity>),
    /// Opens another page.
    Open(Route),
}

impl AfterSignIn {
    /// Returns what to do after the sign-in that `retry` needs.
    pub(crate) fn of(retry: Option<Retry>) -> Self {
        match retry {
            Some(retry) if retry.runs_after_sign_in => Self::Run(retry),
            _ => Self::Return,
        }
    }
}

impl Reducible for AfterSignIn {
    type Action = Self;

    fn reduce(self: Rc<Self>, next: Self) -> Rc<Self> {
        Rc::new(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_runs_after_the_sign_in_only_if_it_allows_that() {
        let delete = Retry::new("crud.delete", || std::future::ready(Ok(())));
        assert_eq!(AfterSignIn::of(Some(delete.clone())), AfterSignIn::Return);
        let like = delete.after_sign_in(true);
        assert_eq!(AfterSignIn::of(Some(like.clone())), AfterSignIn::Run(like));
        assert_eq!(AfterSignIn::of(None), AfterSignIn::Return);
    }
}
