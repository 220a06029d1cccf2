//! The failed work of a user action, to run it again.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use crate::api::ApiResult;

type Work = Pin<Box<dyn Future<Output = ApiResult<()>>>>;

/// The work of a user action, which can run several times. Each time is an action of its own.
#[derive(Clone)]
pub(crate) struct Retry {
    /// The name of the action.
    pub(crate) action: &'static str,
    /// Whether it may run after a sign-in that interrupted it.
    pub(crate) runs_after_sign_in: bool,
    work: Rc<dyn Fn() -> Work>,
}

impl Retry {
    pub(crate) fn new<F, Fut>(action: &'static str, work: F) -> Self
    where
        F: Fn() -> Fut + 'static,
        Fut: Future<Output = ApiResult<()>> + 'static,
    {
        Self {
            action,
            runs_after_sign_in: false,
            work: Rc::new(move || Box::pin(work())),
        }
    }

    /// Sets whether it may run after a sign-in. Never for work that removes something: the user may sign in to another
    /// account.
    pub(crate) fn after_sign_in(mut self, is_allowed: bool) -> Self {
        self.runs_after_sign_in = is_allowed;
        self
    }

    pub(crate) fn run(&self) -> Work {
        (self.work)()
    }
}

impl PartialEq for Retry {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.work, &other.work)
    }
}

impl fmt::Debug for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.action)
    }
}
