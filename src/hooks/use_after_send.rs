//! Updates the page after a crud or a reply was sent: removes the draft, closes the dialog, updates the feed.

use yew::prelude::*;

use crate::hooks::{Toasts, use_toasts};
use crate::state::drafts::{DraftAction, Drafts};
use crate::state::feed::{Feed, FeedAction};
use crate::state::overlay::Overlay;
use crate::state::use_dispatch;

#[derive(Clone)]
pub(crate) struct AfterSend {
    drafts: UseReducerDispatcher<Drafts>,
    overlay: UseReducerDispatcher<Overlay>,
    feed: UseReducerDispatcher<Feed>,
    toasts: Toasts,
}

impl AfterSend {
    /// Updates the page and shows `toast`. `reply_to` is the key of the draft, `text` the text that was sent.
    pub(crate) fn complete(&self, reply_to: String, text: String, change: FeedAction, toast: &str) {
        self.drafts.dispatch(DraftAction::Sent { reply_to, text });
        self.overlay.dispatch(Overlay::None);
        self.feed.dispatch(change);
        self.toasts.success(toast);
    }
}

#[hook]
pub(crate) fn use_after_send() -> AfterSend {
    AfterSend {
        drafts: use_dispatch(),
        overlay: use_dispatch(),
        feed: use_dispatch(),
        toasts: use_toasts(),
    }
}
