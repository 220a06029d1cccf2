//! What several components do alike.

mod use_feed;
mod use_gate;
mod use_notices;
mod use_now;
mod use_outbox;
mod use_sending;
mod use_title;

pub(crate) use use_feed::{FeedView, use_feed};
pub(crate) use use_gate::use_gate;
pub(crate) use use_notices::{Notices, use_notices};
pub(crate) use use_now::{Clock, use_now};
pub(crate) use use_outbox::{Outbox, use_outbox};
pub(crate) use use_sending::{Sending, use_sending};
pub(crate) use use_title::use_title;
