//! The state of the page, one reducer per file. Reducers are pure: hooks and components make the requests.

pub(crate) mod account_form;
pub(crate) mod after_sign_in;
pub(crate) mod drafts;
pub(crate) mod extension;
pub(crate) mod feed;
pub(crate) mod messages;
pub(crate) mod overlay;
pub(crate) mod reaction;
pub(crate) mod retry;
pub(crate) mod session;
pub(crate) mod source;
mod store;
pub(crate) mod toasts;

pub(crate) use store::{StoreProvider, use_dispatch, use_store};
