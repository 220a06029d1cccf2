//! Sends a form: once at a time, and with the reason beside the field when it was refused.

use std::future::Future;

use otel_web_yew::use_action;
use yew::prelude::*;

use crate::api::{Answer, Failure};
use crate::hooks::use_notices;

#[derive(Clone, PartialEq)]
pub(crate) struct Sending {
    pub(crate) busy: bool,
    /// Why the last attempt failed.
    pub(crate) problem: Option<Failure>,
    pub(crate) onsubmit: Callback<SubmitEvent>,
}

/// `send` is called for each submit, as the named user action.
#[hook]
pub(crate) fn use_sending<F, Fut>(action: &'static str, send: F) -> Sending
where
    F: Fn() -> Fut + 'static,
    Fut: Future<Output = Answer<()>> + 'static,
{
    let (busy, problem, notices) = (use_state(|| false), use_state(|| None), use_notices());
    let submit = {
        let (busy, problem) = (busy.setter(), problem.setter());
        use_action(action, move |_: SubmitEvent| {
            let (busy, problem, notices) = (busy.clone(), problem.clone(), notices.clone());
            let attempt = send();
            async move {
                busy.set(true);
                problem.set(None);
                let answer = attempt.await;
                busy.set(false);
                answer.inspect_err(|failure| match failure {
                    Failure::SignInRequired => notices.failed(failure),
                    failure => problem.set(Some(failure.clone())),
                })
            }
        })
    };
    Sending {
        busy: *busy,
        problem: (*problem).clone(),
        onsubmit: once(*busy, submit),
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
