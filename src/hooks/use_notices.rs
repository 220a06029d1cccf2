//! Says in a toast how an action went.

use yew::prelude::*;

use crate::api::Failure;
use crate::state::overlay::Overlay;
use crate::state::session::{Session, SessionAction};
use crate::state::toasts::{ToastAction, Toasts};
use crate::state::use_dispatch;
use crate::telemetry;

#[derive(Clone)]
pub(crate) struct Notices {
    toasts: UseReducerDispatcher<Toasts>,
    session: UseReducerDispatcher<Session>,
    overlay: UseReducerDispatcher<Overlay>,
}

impl Notices {
    pub(crate) fn done(&self, text: impl Into<String>) {
        self.show(text.into(), false);
    }

    /// For what the page shows anyway: in development only, for the way to its trace.
    pub(crate) fn noted(&self, text: &str) {
        if cfg!(debug_assertions) {
            self.done(text);
        }
    }

    /// Says why it failed; when the session is over, offers to sign in instead.
    pub(crate) fn failed(&self, failure: &Failure) {
        if *failure == Failure::SignInRequired {
            self.session.dispatch(SessionAction::Expired);
            self.overlay.dispatch(Overlay::SignIn);
        } else {
            self.show(failure.to_string(), true);
        }
    }

    fn show(&self, text: String, failed: bool) {
        let trace = telemetry::trace_address();
        self.toasts.dispatch(ToastAction::Show {
            text,
            failed,
            trace,
        });
    }
}

#[hook]
pub(crate) fn use_notices() -> Notices {
    Notices {
        toasts: use_dispatch(),
        session: use_dispatch(),
        overlay: use_dispatch(),
    }
}
