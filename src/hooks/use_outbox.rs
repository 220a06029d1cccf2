//! What follows when a text was sent: its draft goes, its dialog closes, the feed shows it.

use yew::prelude::*;

use crate::hooks::{Notices, use_notices};
use crate::state::drafts::{DraftAction, Drafts};
use crate::state::feed::{Feed, FeedAction};
use crate::state::overlay::Overlay;
use crate::state::use_dispatch;

#[derive(Clone)]
pub(crate) struct Outbox {
    drafts: UseReducerDispatcher<Drafts>,
    overlay: UseReducerDispatcher<Overlay>,
    feed: UseReducerDispatcher<Feed>,
    notices: Notices,
}

impl Outbox {
    /// `reply_to` is the uuid under which the draft was kept, `text` what was sent of it.
    pub(crate) fn sent(&self, reply_to: String, text: String, change: FeedAction, notice: &str) {
        self.drafts.dispatch(DraftAction::Sent { reply_to, text });
        self.overlay.dispatch(Overlay::None);
        self.feed.dispatch(change);
        self.notices.done(notice);
    }
}

#[hook]
pub(crate) fn use_outbox() -> Outbox {
    Outbox {
        drafts: use_dispatch(),
        overlay: use_dispatch(),
        feed: use_dispatch(),
        notices: use_notices(),
    }
}
