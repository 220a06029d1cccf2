//! Sends a form: once at a time, and with the reason beside the field when it was refused.

use std::future::Future;

use otel_web_yew::use_action;
use yew::prelude::*;

use crate::api::{Answer, Failure};
use crate::hooks::{Notices, use_notices};

#[derive(Clone, PartialEq)]
pub(crate) struct Sending {
    pub(crate) busy: bool,
    /// Why the last attempt failed.
    pub(crate) problem: Option<Failure>,
    pub(crate) onsubmit: Callback<SubmitEvent>,
    /// Forgets the problem: the user is mending it.
    pub(crate) forget: Callback<()>,
}

/// `send` is called for each submit, as the named user action.
#[hook]
pub(crate) fn use_sending<F, Fut>(action: &'static str, send: F) -> Sending
where
    F: Fn() -> Fut + 'static,
    Fut: Future<Output = Answer<()>> + 'static,
{
    let (busy, problem, notices) = (use_state(|| false), use_state(|| None), use_notices());
    let attempt = Attempt {
        busy: busy.setter(),
        problem: problem.setter(),
        notices,
    };
    let forget = {
        let problem = problem.setter();
        Callback::from(move |()| problem.set(None))
    };
    let submit = use_action(action, move |_: SubmitEvent| attempt.clone().make(send()));
    Sending {
        busy: *busy,
        problem: (*problem).clone(),
        onsubmit: once(*busy, submit),
        forget,
    }
}

#[derive(Clone)]
struct Attempt {
    busy: UseStateSetter<bool>,
    problem: UseStateSetter<Option<Failure>>,
    notices: Notices,
}

impl Attempt {
    async fn make(self, sent: impl Future<Output = Answer<()>>) -> Answer<()> {
        self.busy.set(true);
        self.problem.set(None);
        let answer = sent.await;
        self.busy.set(false);
        answer.inspect_err(|failure| match failure {
            Failure::SignInRequired => self.notices.failed(failure),
            failure => self.problem.set(Some(failure.clone())),
        })
    }
}

/// Stops the browser from loading the form's address, and a second submit while one is on its way.
fn once(busy: bool, submit: Callback<SubmitEvent>) -> Callback<SubmitEvent> {
    Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        if !busy {
            submit.emit(event);
        }
    })
}
