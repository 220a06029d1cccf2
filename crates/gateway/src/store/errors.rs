//! The errors of opening, appending to and reading the store.

use std::{
    error::Error,
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::task::JoinError;

/// A database that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot use {}; set OTEL_WEB_GATEWAY_DB to a file in a folder that can be written to",
    path.display()
)]
pub struct OpenError {
    path: PathBuf,
    source: Box<dyn Error + Send + Sync>,
}

impl OpenError {
    pub(crate) fn new(path: &Path, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            path: path.to_owned(),
            source: source.into(),
        }
    }
}

/// Why no span of a request was stored. The request is retryable.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum AppendError {
    #[error("too many requests wait for the store")]
    Busy,
    #[error("the gateway is stopping")]
    Stopping,
    #[error(transparent)]
    Failed(#[from] Arc<rusqlite::Error>),
}

/// Why traces could not be removed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClearError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("the store cannot be written; some traces may be removed already")]
    Failed(#[from] rusqlite::Error),
    #[error("the gateway is stopping")]
    Stopping,
}

/// The database could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    #[error("the store cannot be read")]
    Failed(#[from] rusqlite::Error),
    #[error("reading the store was aborted")]
    Aborted(#[from] JoinError),
}
