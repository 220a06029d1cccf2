//! Keeps visitors from actions that need an account, by asking them to sign in.

use yew::prelude::*;

use crate::state::overlay::Overlay;
use crate::state::session::Session;
use crate::state::{use_dispatch, use_store};

#[derive(Clone)]
pub(crate) struct Gate {
    closed: bool,
    overlay: UseReducerDispatcher<Overlay>,
}

impl Gate {
    /// Whether the action may go on; when not, the user is asked to sign in.
    pub(crate) fn admits(&self) -> bool {
        if self.closed {
            self.overlay.dispatch(Overlay::SignIn);
        }
        !self.closed
    }
}

#[hook]
pub(crate) fn use_gate() -> Gate {
    let session = use_store::<Session>();
    Gate {
        closed: session.is_visitor(),
        overlay: use_dispatch(),
    }
}
