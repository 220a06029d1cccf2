//! Shows the result of an action in a toast.

use yew::prelude::*;

use crate::api::{ApiError, ApiResult};
use crate::state::after_sign_in::AfterSignIn;
use crate::state::overlay::Overlay;
use crate::state::retry::Retry;
use crate::state::session::{Session, SessionAction};
use crate::state::toasts::{ToastAction, ToastQueue};
use crate::state::use_dispatch;
use crate::telemetry;

#[derive(Clone)]
pub(crate) struct Toasts {
    queue: UseReducerDispatcher<ToastQueue>,
    session: UseReducerDispatcher<Session>,
    overlay: UseReducerDispatcher<Overlay>,
}

impl Toasts {
    pub(crate) fn success(&self, text: impl Into<String>) {
        self.show(text.into(), false, None);
    }

    /// Shows a result that the page shows as well. Only with `viewer-links`, for the link to the trace.
    pub(crate) fn info(&self, text: &str) {
        if cfg!(feature = "viewer-links") {
            self.success(text);
        }
    }

    /// Shows the error. If the session has expired, opens the sign-in dialog instead.
    pub(crate) fn error(&self, error: &ApiError) {
        self.failed(error, None);
    }

    /// Runs the work of an action, and shows its error with a button that runs it again.
    pub(crate) async fn attempt(self, work: Retry) -> ApiResult<()> {
        let result = work.run().await;
        result.inspect_err(|error| self.failed(error, Some(work)))
    }

    fn failed(&self, error: &ApiError, work: Option<Retry>) {
        if *error == ApiError::SignInRequired {
            self.session.dispatch(SessionAction::Expired);
            self.overlay
                .dispatch(Overlay::SignIn(AfterSignIn::of(work)));
        } else {
            let retry = work.filter(|_| error.is_temporary());
            self.show(error.to_string(), true, retry);
        }
    }

    fn show(&self, text: String, is_error: bool, retry: Option<Retry>) {
        let trace_url = telemetry::trace_url();
        self.queue.dispatch(ToastAction::Show {
            text,
            is_error,
            trace_url,
            retry,
        });
    }
}

#[hook]
pub(crate) fn use_toasts() -> Toasts {
    Toasts {
        queue: use_dispatch(),
        session: use_dispatch(),
        overlay: use_dispatch(),
    }
}
