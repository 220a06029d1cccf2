//! What the page knows, one reducer per file. Reducers are pure; hooks and components do the talking.

pub(crate) mod drafts;
pub(crate) mod feed;
pub(crate) mod mark;
pub(crate) mod overlay;
mod provide;
pub(crate) mod session;
pub(crate) mod source;
pub(crate) mod toasts;

pub(crate) use provide::{Provide, use_dispatch, use_store};
