//! Submits a form, one request at a time, and keeps the error of the last attempt.

use std::future::Future;

use api_types::Code;
use otel_web_yew::use_action;
use yew::prelude::*;

use crate::api::{ApiError, ApiResult};
use crate::hooks::{Toasts, use_toasts};

#[derive(Clone, PartialEq)]
pub(crate) struct FormSubmit {
    pub(crate) is_pending: bool,
    /// The error of the last attempt.
    pub(crate) error: Option<ApiError>,
    pub(crate) onsubmit: Callback<SubmitEvent>,
    /// Clears the error, for when the user edits the form.
    pub(crate) clear_error: Callback<()>,
}

impl FormSubmit {
    /// Returns the first of these codes that the last attempt was rejected with.
    pub(crate) fn code_among(&self, codes: &[Code]) -> Option<Code> {
        self.error.as_ref()?.code_among(codes)
    }
}

/// Calls `send` for each submit, as the user action `action`.
#[hook]
pub(crate) fn use_form_submit<F, Fut>(action: &'static str, send: F) -> FormSubmit
where
    F: Fn() -> Fut + 'static,
    Fut: Future<Output = ApiResult<()>> + 'static,
{
    let (is_pending, error, toasts) = (use_state(|| false), use_state(|| None), use_toasts());
    let attempt = Attempt {
        is_pending: is_pending.setter(),
        error: error.setter(),
        toasts,
    };
    let clear_error = {
        let error = error.setter();
        Callback::from(move |()| error.set(None))
    };
    let submit = use_action(action, move |_: SubmitEvent| attempt.clone().run(send()));
    FormSubmit {
        is_pending: *is_pending,
        error: (*error).clone(),
        onsubmit: unless_pending(*is_pending, submit),
        clear_error,
    }
}

#[derive(Clone)]
struct Attempt {
    is_pending: UseStateSetter<bool>,
    error: UseStateSetter<Option<ApiError>>,
    toasts: Toasts,
}

impl Attempt {
    async fn run(self, request: impl Future<Output = ApiResult<()>>) -> ApiResult<()> {
        self.is_pending.set(true);
        self.error.set(None);
        let result = request.await;
        self.is_pending.set(false);
        result.inspect_err(|error| match error {
            ApiError::SignInRequired => self.toasts.error(error),
            error => self.error.set(Some(error.clone())),
        })
    }
}

/// Prevents the browser from submitting the form, and ignores submits while a request is pending.
fn unless_pending(is_pending: bool, submit: Callback<SubmitEvent>) -> Callback<SubmitEvent> {
    Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        if !is_pending {
            submit.emit(event);
        }
    })
}
