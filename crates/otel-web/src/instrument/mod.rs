//! What is noticed without the application's help, one file and one cargo feature each.

#[cfg(feature = "document-load")]
pub(crate) mod document_load;
#[cfg(feature = "errors")]
pub(crate) mod errors;
pub(crate) mod navigation;

pub(crate) use navigation::in_progress as navigation_in_progress;

use crate::pipeline;

/// A batch is about to be sealed: what the browser has observed until now goes onto the spans that
/// have ended, and they go into the batch.
pub(crate) fn settle() {
    pipeline::with(pipeline::Pipeline::release);
}
