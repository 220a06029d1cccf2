//! Hooks that several components share.

mod history;
mod known_account;
mod messages_loader;
mod use_after_send;
mod use_auth_guard;
mod use_drafts_storage;
mod use_expiry;
mod use_feed;
mod use_focus_after_navigation;
mod use_focus_invalid;
mod use_form_submit;
mod use_is_visible;
mod use_live;
mod use_newer;
mod use_now;
mod use_progressive;
mod use_retryable;
mod use_theme;
mod use_title;
mod use_toasts;
#[cfg(feature = "viewer-links")]
mod use_traces;

pub(crate) use history::{
    is_back_or_forward, note_entrance, note_push, note_return, observe_history,
    use_scroll_restoration,
};
pub(crate) use known_account::{known_account, use_known_account};
pub(crate) use messages_loader::{MessagesLoader, use_messages_loader};
pub(crate) use use_after_send::{AfterSend, use_after_send};
pub(crate) use use_auth_guard::use_auth_guard;
pub(crate) use use_drafts_storage::use_drafts_storage;
pub(crate) use use_expiry::use_expiry;
pub(crate) use use_feed::{FeedView, LoadMore, use_feed};
pub(crate) use use_focus_after_navigation::{focus_heading, use_focus_after_navigation};
pub(crate) use use_focus_invalid::use_focus_invalid;
pub(crate) use use_form_submit::{FormSubmit, use_form_submit};
pub(crate) use use_is_visible::use_is_visible;
pub(crate) use use_live::use_live;
pub(crate) use use_newer::{Newer, use_newer};
pub(crate) use use_now::{Clock, use_now};
pub(crate) use use_progressive::use_progressive;
pub(crate) use use_retryable::{use_retry, use_retryable};
pub(crate) use use_theme::{Theme, use_theme};
pub(crate) use use_title::use_title;
pub(crate) use use_toasts::{Toasts, use_toasts};
#[cfg(feature = "viewer-links")]
pub(crate) use use_traces::{Trace, note_trace, use_traces};
