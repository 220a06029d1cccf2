//! What is noticed without the application's help, one file and one cargo feature each.

#[cfg(feature = "document-load")]
pub(crate) mod document_load;
#[cfg(feature = "errors")]
pub(crate) mod errors;
pub(crate) mod navigation;

pub(crate) use navigation::in_progress as navigation_in_progress;
