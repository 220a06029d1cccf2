//! Why a question has no answer.

use std::error::Error;

/// The engine failed.
#[derive(Debug, thiserror::Error)]
#[error("the overview cannot be computed")]
pub(crate) struct AnalyticsError {
    source: Box<dyn Error + Send + Sync>,
}

impl AnalyticsError {
    pub(crate) fn new(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            source: source.into(),
        }
    }
}
