//! The action whose code is running now, and the work that it causes later.

pub(crate) mod context;
pub(crate) mod navigations;
pub(crate) mod outcome;
pub(crate) mod paint;
pub(crate) mod record_error;
pub(crate) mod rendering;
pub(crate) mod with_context;
