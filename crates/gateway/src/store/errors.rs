//! What can go wrong with the store, for those who open it, add to it and read from it.

use std::path::Path;

/// A database that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {reason}. Set OTEL_WEB_GATEWAY_DB to a file in a folder that can be written to")]
pub struct OpenError {
    path: String,
    reason: String,
}

impl OpenError {
    pub(super) fn new(path: &Path, error: &dyn std::error::Error) -> Self {
        Self {
            path: path.display().to_string(),
            reason: error.to_string(),
        }
    }
}

/// Why spans were not stored. Nothing of the request was; it can be sent again.
#[derive(Clone, Debug)]
pub(crate) enum AppendError {
    Busy,
    Failed(String),
}

/// The database could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the store cannot be read: {0}")]
pub(crate) struct ReadError(pub(super) String);

impl From<rusqlite::Error> for ReadError {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.to_string())
    }
}
